"""Reports: DOCX, one HTML page and a workbook, made from folders of results."""
