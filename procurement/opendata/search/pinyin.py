"""How an organisation's name sounds: found by its letters ("shaoxing…") and by its initials ("sxs…")."""

from __future__ import annotations

import re

MARK = "~"  # before every sound, so that a Latin word is never taken for one
SYLLABLES = 40


def sounds(name: str) -> set[str]:
    """The pinyin and the initials of ``name`` from every one of its syllables on, each with ``MARK`` before it.

    From every syllable on, because people leave out what stands before: the province, 共青团.
    """
    from pypinyin import lazy_pinyin  # 20 MB of dictionaries, which only the indexing needs

    syllables = [one for one in lazy_pinyin(name, errors="ignore") if re.fullmatch("[a-z]+", one)][:SYLLABLES]
    found = set()
    for at in range(len(syllables)):
        rest = syllables[at:]
        found.add(MARK + "".join(rest)[:64])
        found.add(MARK + "".join(one[0] for one in rest))
    return found
