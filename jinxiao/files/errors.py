"""The two errors a user may see: bad input (exit code 2) and a broken invariant of the model (exit code 3)."""

from os import PathLike, fspath


class InputError(Exception):
    """Something given by the user is not allowed.

    Its text is ``FILE:LINE: FIELD: found ...; allowed ...``; parts that are not known are left out.

    Parameters
    ----------
    file : str or path, optional
        File (or option, or command) the input came from.
    line : int, optional
        Line in the file, from 1.
    field : str
        Column, key or dotted path of keys.
    found : str
        What was there.
    allowed : str
        What may be there.
    """

    def __init__(
        self,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        field: str = "",
        found: str = "",
        allowed: str = "",
    ) -> None:
        self.file = "" if file is None else fspath(file)
        self.line = line
        self.field = field
        self.found = str(found)
        self.allowed = str(allowed)
        super().__init__(self.file, line, field, self.found, self.allowed)

    def __str__(self) -> str:
        """Return the error in one line."""
        place = f"{self.file}:{self.line}" if self.file and self.line is not None else self.file
        what = [f"found {self.found}"] if self.found else []
        what += [f"allowed {self.allowed}"] if self.allowed else []
        parts = [part for part in (place, self.field, "; ".join(what)) if part]
        return " ".join(": ".join(parts).split())


class InvariantError(Exception):
    """The model broke one of its own accounts.

    Parameters
    ----------
    account : str
        The account or identity that does not hold.
    month : int or str, optional
        When, as a label such as ``2025-07`` or a month index.
    amount : float, optional
        By how much, in yuan.
    """

    def __init__(self, account: str, month: int | str | None = None, amount: float | None = None) -> None:
        self.account = account
        self.month = month
        self.amount = amount
        super().__init__(account, month, amount)

    def __str__(self) -> str:
        """Return account, month and amount in one line."""
        when = "" if self.month is None else f", month {self.month}"
        amount = "" if self.amount is None else f": off by {self.amount:.10g} yuan"
        return f"{self.account}{when}{amount}"
