"""Places by their names: as the standard has them, as people type them, and those an administrator adds."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client

from cms.models import AreaName
from procurement.common import areas
from procurement.common.area_field import AreaField


@pytest.mark.parametrize(
    ("code", "label", "short"),
    [
        ("33", "浙江省", "浙江省"),
        ("330000", "浙江省", "浙江省"),
        ("3301", "浙江省杭州市", "杭州市"),
        ("330100", "浙江省杭州市", "杭州市"),
        ("330106", "浙江省杭州市西湖区", "西湖区"),
        ("110101", "北京市东城区", "东城区"),
        ("441900", "广东省东莞市", "东莞市"),
        ("330199", "浙江省杭州市 330199", "浙江省杭州市 330199"),
        ("990101", "990101", "990101"),
        ("", "", ""),
    ],
)
def test_a_code_is_read_out(code: str, label: str, short: str) -> None:
    assert areas.label(code) == label
    assert areas.short(code) == short


def test_the_table_is_whole() -> None:
    table = areas.standard()
    provinces = [code for code in table if code.endswith("0000")]
    assert len(provinces) == 34  # 23 provinces, 5 regions, 4 municipalities, 2 special administrative regions
    assert all(len(code) == 6 and code.isdigit() and name for code, name in table.items())
    assert list(table) == sorted(table)
    assert {code[:2] for code in table} == {code[:2] for code in provinces}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("330106", "330106"),
        ("杭州市西湖区", "330106"),
        ("浙江省杭州市西湖区", "330106"),
        (" 浙江省 杭州市 ", "330100"),
        ("温江", "510115"),
        ("330199", "330199"),
    ],
)
def test_a_place_is_found_as_people_type_it(typed: str, code: str) -> None:
    assert AreaField().clean(typed) == code


@pytest.mark.parametrize(("typed", "code"), [("浙江省", "33"), ("3301", "3301"), ("330100", "3301"), ("", "")])
def test_a_filter_takes_a_whole_province(typed: str, code: str) -> None:
    assert AreaField(part=True, required=False).clean(typed) == code


def test_what_is_unclear_is_asked_back() -> None:
    with pytest.raises(ValidationError, match="33"):
        AreaField().clean("33")
    with pytest.raises(ValidationError, match="浙江省杭州市西湖区"):
        AreaField().clean("西湖区")  # Nanchang has one too
    with pytest.raises(ValidationError, match="乌有之乡"):
        AreaField().clean("乌有之乡")


def test_the_field_shows_the_name() -> None:
    class Form(forms.Form):
        area = AreaField()

    assert "浙江省杭州市西湖区" in str(Form(initial={"area": "330106"})["area"])
    assert 'value="330199"' in str(Form(initial={"area": "330199"})["area"])


@pytest.mark.django_db
def test_an_administrator_adds_a_name() -> None:
    AreaName.objects.create(code="330199", name="示例县", source="示例文件", dated=date(2026, 1, 1))
    assert areas.label("330199") == "浙江省杭州市示例县"
    assert areas.find("示例县") == ["330199"]


def test_names_are_offered_while_one_types(client: Client) -> None:
    answer = client.get("/areas.json", {"q": "西湖"})
    assert {"code": "330106", "name": "浙江省杭州市西湖区"} in answer.json()["areas"]
    assert next(row["code"] for row in client.get("/areas.json", {"q": "浙江"}).json()["areas"]) == "330000"
    assert client.get("/areas.json", {"q": "浙"}).json() == {"areas": []}
    assert len(client.get("/areas.json", {"q": "33"}).json()["areas"]) == areas.OFFERED
