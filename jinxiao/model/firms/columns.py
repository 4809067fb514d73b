"""The columns of a firm."""

from jinxiao.model.population import Column

FIRM: dict[str, Column] = {
    "weight": Column("float32", "firms", "real firms that this one stands for"),
    "city": Column("int8", "code", "city"),
    "sector": Column("int8", "code", "Sector"),
    "individual": Column("int8", "bool", "individual business (not a legal unit)"),
    "attraction": Column("float64", "1", "share of the cell's custom at equal prices, times weight"),
    "employees": Column("float64", "persons", "employees of one such firm, its working owner included"),
    "base_employees": Column("float64", "persons", "employees at the start"),
    "base_sales": Column("float64", "yuan/month", "monthly sales at the start, before trend growth"),
    "target": Column("float64", "persons", "employees the firm wants"),
    "expected": Column("float64", "yuan/month", "expected monthly sales"),
    "sales": Column("float64", "yuan/month", "sales this month"),
    "price": Column("float64", "1", "price relative to January 2024, in yuan of 2024"),
    "markup": Column("float64", "1", "desired price over unit cost, relative to January 2024"),
    "cash": Column("float64", "yuan", "cash at bank"),
}
