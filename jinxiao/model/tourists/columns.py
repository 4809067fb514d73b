"""The columns of a tourist party: who travels together and why; it may come in any month."""

from typing import Final

from jinxiao.model.population import Column

KINDS: Final = (
    "leisure_family",
    "leisure_couple",
    "leisure_seniors",
    "leisure_friends",
    "leisure_group",
    "leisure_alone",
    "relatives_family",
    "relatives_alone",
    "business",
    "study",
)
"""Purpose and composition of a party. Families have pupils; friends are young; study is a class or a team."""
N_KINDS: Final = len(KINDS)

PARTY: dict[str, Column] = {
    "weight": Column("float32", "parties", "real parties that this one stands for"),
    "market": Column("int8", "code", "Market of origin"),
    "kind": Column(
        "int8", "code", f"purpose and composition: {', '.join(f'{i} {k}' for i, k in enumerate(KINDS))}"
    ),
    "size": Column("int8", "persons", "people in the party"),
}
