"""The columns of a firm."""

from jinxiao.model.population import Column

FIRM: dict[str, Column] = {
    "weight": Column("float32", "firms", "real firms that this row stands for now; 0: a place for entrants"),
    "city": Column("int8", "code", "city"),
    "sector": Column("int8", "code", "Sector"),
    "individual": Column("int8", "bool", "individual business (not a legal unit)"),
    "entrant": Column("int8", "bool", "whether firms may enter in this row"),
    "group": Column("uint8", "bits", "group of an experiment; 0: none"),
    "size": Column("float32", "1", "share of the cell's normal custom that one such firm had at the start"),
    "quality": Column("float32", "1", "log of what draws custom beyond size and price"),
    "employees": Column("float64", "persons", "people who work in one such firm, its working owner included"),
    "target": Column("float32", "persons", "employees the firm wants"),
    "expected": Column("float32", "yuan/month", "expected monthly sales, mean of the year"),
    "sales": Column("float64", "yuan/month", "sales this month"),
    "price": Column("float32", "1", "price relative to January 2024, in yuan of 2024"),
    "cash": Column("float64", "yuan", "cash at bank"),
    "debt": Column("float64", "yuan", "business loans"),
    "receivable": Column("float64", "yuan", "owed by other firms and buyers outside the province"),
    "owed": Column("float64", "yuan", "owed by governments"),
    "cash_wanted": Column("float32", "months of sales", "cash that the firm holds when all is well"),
    "credit": Column("float32", "months of sales", "most that banks lend it"),
    "profit": Column("float32", "1", "expected profit over sales"),
}
CHANGING = (
    "weight", "group", "quality", "employees", "target", "expected", "sales", "price", "cash", "debt", "receivable", "owed",
    "profit",
)  # fmt: skip
"""Columns that change from month to month: what a fork copies."""
