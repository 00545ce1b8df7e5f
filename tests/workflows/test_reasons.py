"""How a reason names its source."""

import pytest

from workflows.reasons import Reason, cited


@pytest.mark.parametrize(
    ("article", "said"),
    [
        ("条例 art 43", "条例第43条"),
        ("采购法 art 27, 32", "采购法第27、32条"),
        ("令102 art 20–21; 第三方", "令102第20–21条；第三方"),
        ("绩效; house", "绩效；平台规定"),
        ("公告格式", "公告格式"),
        ("", ""),
    ],
)
def test_chinese_writes_an_article_as_a_statute_does(article: str, said: str) -> None:
    assert cited(article, "zh-hans") == said
    assert cited(article, "en") == article


def test_the_log_keeps_the_article_as_the_rulebook_has_it() -> None:
    assert Reason("x", rule="T2", article="条例 art 43").as_dict()["article"] == "条例 art 43"
