"""The columns of a tourist party: a family, couple, group or traveller that may come in any month."""

from jinxiao.model.population import Column

PARTY: dict[str, Column] = {
    "weight": Column("float32", "parties", "real parties that this one stands for"),
    "market": Column("int8", "code", "Market of origin"),
    "kind": Column("int8", "code", "0 family, 1 couple, 2 seniors, 3 students, 4 group, 5 business"),
    "size": Column("int8", "persons", "people in the party"),
}
KINDS = ("family", "couple", "seniors", "students", "group", "business")
