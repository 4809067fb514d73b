import pytest

from jinxiao.files.errors import InputError
from jinxiao.files.tables import Column, read_table

COLUMNS = {"city": str, "value": float, "year": int, "note": Column(str, False), "low": Column(float, False)}
HEADER = "city,value,year,note,low\n"


@pytest.fixture
def file(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "t.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_cells_have_the_declared_types_and_rows_their_lines(file):
    table = read_table(
        file("\ufeff" + HEADER + '太原, 1e3 ,2025,,\n\n大同,2,2024,"a\nb",0.5\n阳泉,3,2024,x,\n'), COLUMNS
    )
    assert list(table["city"]) == ["太原", "大同", "阳泉"]
    assert list(table["value"]) == [1000.0, 2.0, 3.0] and table["value"].dtype == "float64"
    assert list(table["year"]) == [2025, 2024, 2024]
    assert list(table["note"]) == ["", "a\nb", "x"]
    assert table["low"].isna().tolist() == [True, False, True]
    assert list(table.index) == [2, 4, 6]


def test_names_alone_mean_text_that_may_be_empty(file):
    table = read_table(file("a,b,c\n1,,x\n"), ("a", "b"))
    assert table.to_dict("records") == [{"a": "1", "b": "", "c": "x"}]


def test_a_table_without_rows_has_its_columns(file):
    table = read_table(file(HEADER), COLUMNS)
    assert len(table) == 0 and list(table.columns) == list(COLUMNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "city,value,year,low\n",
            "1: note: found no such column; allowed columns city, value, year, note, low",
        ),
        (HEADER + "a,1,2025,,\nb,,2025,,\n", "3: value: found nothing; allowed a number"),
        (HEADER + "a,1,2025,,\n ,1,2025,,\n", "3: city: found nothing; allowed text"),
        (
            HEADER + 'a,"1,000",2025,,\n',
            "2: value: found '1,000'; allowed a number, without thousands separator or unit",
        ),
        (HEADER + "a,nan,2025,,\n", "2: value: found 'nan'; allowed a number"),
        (HEADER + "a,1,2025.5,,\n", "2: year: found '2025.5'; allowed a whole number"),
        (HEADER + "a,1,2025,,low\n", "2: low: found 'low'; allowed a number"),
        (HEADER + "a,1,2025\n", "2: found 3 cells; allowed 5, as in the header"),
        (HEADER + "a,1,2025,,,\n", "2: found 6 cells; allowed 5, as in the header"),
        ("city,city,value\n", "1: city: found the column twice; allowed each column once"),
        ("", "1: found an empty file; allowed a header line with column names"),
        (HEADER + 'a,1,2025,"open,\n', "2: found "),
        ("城市,数值\n".encode("gbk"), "1: found byte 0xb3, which is not UTF-8; allowed UTF-8 text"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_column(file, text, message):
    path = file(text)
    with pytest.raises(InputError) as caught:
        read_table(path, COLUMNS)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_a_key_that_stands_twice_is_refused_with_both_lines(file):
    path = file(HEADER + "a,1,2025,,\nb,1,2025,,\na,2,2025,,\n")
    assert len(read_table(path, COLUMNS, key=["city", "value"])) == 3
    with pytest.raises(InputError, match=r":4: city, year: found a, 2025 a second time; .*first on line 2"):
        read_table(path, COLUMNS, key=["city", "year"])


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: found no such file"):
        read_table(tmp_path / "no.csv", COLUMNS)
