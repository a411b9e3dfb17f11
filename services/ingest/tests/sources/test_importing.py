"""Files of readings that people have: what is taken in, what is warned of, and how it is grouped."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackagoat.events.catalogue.ingest import Post, ProfileReading
from trackagoat.events.catalogue.words import Counters, ProjectId
from trackagoat.ingest.sources.importing import Row, RowWarning, UnknownLayout, plan, read, survey, zone

NOW = datetime(2026, 3, 12, tzinfo=UTC)
HEADER = "handle,followers,video_id,posted_at,scraped_at,duration,views,likes,comments,shares,saves,hashtags"
ID, LATER = "7478693148385283335", "7480876353926302994"
PROJECT = ProjectId(UUID(int=7))
ROUNDED = "'7.47869E+18' is not the id of a post, 10 to 20 digits (a spreadsheet rounded it; export the column as text)"
MESSY = f"""\ufeff{HEADER}
goat.one,10.8K,{ID},2025-03-06 13:50:00,2025-05-14 21:18:07,04:20,625.1K,22.6K,242,151,846,"kids, hay"
@Goat.One,10.9K,{LATER},2025-03-12 11:00:00,2025-05-14 21:18:07,00:11,5.3M,,2976,Share,39.9K,

,4511,{ID},2025-03-06 13:50:00,2025-05-14 21:27:09,05:39,1,1,1,1,1,no handle
goat two,4511,{ID},2025-03-06 13:50:00,2025-05-14 21:27:09,05:39,1,1,1,1,1,no valid handle
goat-two,4511,7.47869E+18,2025-03-06 13:50:00,2025-05-14 21:27:09,05:39,1,1,1,1,1,rounded
goat-two,4511,{ID},2025-03-06 13:50:00,soon,05:39,1,1,1,1,1,bad time
goat-two,4511,{ID},2025-03-06 13:50:00,2027-05-14 21:27:09,05:39,1,1,1,1,1,from the future
goat-two,4511,{ID}
goat-two,2486,{ID},2025-03-06 13:50:00,2025-05-15 01:00:00,long,3.1M,194K,1735,5937,9356,"an open quote
goat-two,2486,{ID},sometime,2025-05-15 01:00:00,long,3.1M,194K,1735,5937,9356,"over
two lines"
"""


def rows(text: str, *, tz: str = "UTC", mapped: dict[str, str] | None = None) -> list[Row | RowWarning]:
    return list(read(io.BytesIO(text.encode()), zone=zone(tz), now=NOW, mapped=mapped))


def good(text: str, **how: object) -> list[Row]:
    return [row for row in rows(text, **how) if isinstance(row, Row)]  # type: ignore[arg-type]


def line(**cells: object) -> str:
    usual = {"handle": "goat", "video_id": ID, "scraped_at": "2025-05-14 21:18:07", "views": 5}
    return msgspec.json.encode(usual | cells).decode() + "\n"


def test_a_row_becomes_a_reading_of_a_post_and_of_a_profile() -> None:
    first = good(MESSY)[0]
    assert first == Row(
        line=2,
        handle="goat.one",
        fetched_at=datetime(2025, 5, 14, 21, 18, 7, tzinfo=UTC),
        profile=ProfileReading(followers=10_800),
        post=Post(
            tiktok_video_id=ID,
            url=f"https://www.tiktok.com/@goat.one/video/{ID}",
            posted_at=datetime(2025, 3, 6, 13, 50, tzinfo=UTC),
            author_handle="goat.one",
            duration_seconds=260,
            views=625_100,
            likes=22_600,
            comments=242,
            shares=151,
            saves=846,
        ),
    )


def test_an_empty_cell_is_unknown_and_a_stray_word_too_but_with_a_warning() -> None:
    second = good(MESSY)[1]
    assert (second.post.likes, second.post.shares, second.post.saves) == (None, None, 39_900)
    assert [str(w) for w in rows(MESSY) if isinstance(w, RowWarning) and w.line == 3] == [
        "line 3, shares: 'Share' is not a count; taken as unknown"
    ]


def test_a_row_that_cannot_be_read_is_skipped_with_its_line_and_reason_and_the_rest_is_taken() -> None:
    skipped = {w.line: (w.column, w.reason) for w in rows(MESSY) if isinstance(w, RowWarning) and w.skipped}
    assert skipped == {
        5: ("handle", "no handle"),
        6: ("handle", "'goat two' is not a handle"),
        7: (
            "video_id",
            ROUNDED,
        ),
        8: ("scraped_at", "'soon' is not a time"),
        9: ("scraped_at", "2027-05-14 21:27:09 UTC lies in the future; is the time zone right?"),
        10: (None, "3 cells where the header has 12"),
        11: (None, "a quote is opened and never closed"),
    }
    assert [row.line for row in good(MESSY)] == [2, 3, 12]


def test_a_posting_time_that_cannot_be_read_is_taken_from_the_id() -> None:
    last = good(MESSY)[-1]
    assert last.post.posted_at == datetime.fromtimestamp(int(ID) >> 32, UTC)
    assert last.post.duration_seconds is None


def test_times_without_offset_are_local_to_the_zone() -> None:
    text = f"{HEADER}\ngoat,1,{ID},2025-03-06 13:50:00,2025-05-14T21:18:07+00:00,1,1,1,1,1,1,\n"
    row = good(text, tz="+07:00")[0]
    assert row.post.posted_at == datetime(2025, 3, 6, 6, 50, tzinfo=UTC)
    assert row.fetched_at == datetime(2025, 5, 14, 21, 18, 7, tzinfo=UTC)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_spellings_of_columns_are_understood(separator: str) -> None:
    header = separator.join(["Author", "Post URL", "Fetched At", "Play Count", "Digg-Count"])
    cells = separator.join(["@goat", f"tiktok.com/@goat/photo/{ID}?x=1", "2025-05-14", "1,234", "7"])
    row = good(f"{header}\r\n{cells}\r\n")[0]
    assert (row.post.views, row.post.likes, row.post.content_type) == (1_234, 7, "photo")
    assert row.post.url == f"https://www.tiktok.com/@goat/photo/{ID}"


def test_a_mapping_names_columns_that_nobody_could_guess() -> None:
    text = f"wer,was,wann,views,Aufrufe\ngoat,{ID},2025-05-14,1,2\n"
    mapped = {"handle": "Wer", "video_id": "was", "scraped_at": "wann", "views": "Aufrufe"}
    assert good(text, mapped=mapped)[0].post.views == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("handle,video_id,views\ngoat,1,2\n", "no column for scraped_at among handle, video_id, views"),
        ("video_id,scraped_at\n", "no column for handle or url"),
        ("[\n{}\n]\n", "one object a line"),
        ("{\n}\n", "one object a line"),
    ],
)
def test_a_file_that_makes_no_sense_at_all_is_refused_as_a_whole(text: str, reason: str) -> None:
    with pytest.raises(UnknownLayout, match=reason):
        rows(text)


def test_a_mapping_of_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownLayout, match="there is no field stars"):
        rows(MESSY, mapped={"stars": "x"})


def test_utf_16_with_a_byte_order_mark_is_read() -> None:
    file = io.BytesIO(f"{HEADER}\ngoat,1,{ID},,2025-05-14,1,1,1,1,1,1,ü\n".encode("utf-16"))
    assert len(list(read(file, zone=UTC, now=NOW))) == 1


def test_json_lines_are_read_and_broken_ones_warned_of() -> None:
    text = line() + "{broken\n" + "7\n" + line(views="5.3M", followers=12, nickname="Goat", likes=True)
    out = rows(text)
    assert [(w.line, w.column, w.skipped) for w in out if isinstance(w, RowWarning)] == [
        (2, None, True),
        (3, None, True),
        (4, "likes", False),
    ]
    last = good(text)[-1]
    assert (last.post.views, last.profile) == (5_300_000, ProfileReading(followers=12, display_name="Goat"))


def test_an_info_dict_of_yt_dlp_is_a_reading() -> None:
    info = {
        "id": ID,
        "extractor_key": "TikTok",
        "uploader": "goat",
        "uploader_id": "6820838815978423302",
        "channel": "The Goat",
        "webpage_url": f"https://www.tiktok.com/@goat/video/{ID}",
        "url": "https://v16.example/video.mp4",
        "title": "hay…",
        "description": "hay and kids",
        "timestamp": 1741269000,
        "duration": 27,
        "view_count": 1_200,
        "like_count": 30,
        "repost_count": 4,
        "comment_count": 0,
        "epoch": 1747257487,
    }
    row = good(msgspec.json.encode(info).decode())[0]
    assert (row.handle, row.profile) == ("goat", ProfileReading(display_name="The Goat"))
    assert row.fetched_at == datetime(2025, 5, 14, 21, 18, 7, tzinfo=UTC)
    assert row.post == Post(
        tiktok_video_id=ID,
        url=f"https://www.tiktok.com/@goat/video/{ID}",
        posted_at=datetime.fromtimestamp(1741269000, UTC),
        title="hay and kids",
        author_handle="goat",
        duration_seconds=27,
        views=1_200,
        likes=30,
        comments=0,
        shares=4,
    )


def test_a_playlist_of_yt_dlp_is_a_reading_of_each_entry_at_the_playlists_time() -> None:
    entries = [{"id": post, "ie_key": "TikTok", "url": "https://x.example", "view_count": 1} for post in (ID, LATER)]
    listed = {
        "_type": "playlist",
        "extractor_key": "TikTokUser",
        "title": "goat",
        "epoch": 1747257487,
        "entries": entries,
    }
    both = good(msgspec.json.encode(listed).decode())
    assert [(row.handle, row.post.tiktok_video_id, row.line) for row in both] == [("goat", ID, 1), ("goat", LATER, 1)]
    assert {row.fetched_at for row in both} == {datetime(2025, 5, 14, 21, 18, 7, tzinfo=UTC)}


@given(
    st.lists(st.sampled_from([*MESSY.splitlines(), '"', '","', "\x00", "\u2028", "\ud7ff,"]) | st.text(), max_size=12)
)
def test_whatever_follows_the_header_is_a_row_or_a_warning_and_the_last_good_row_is_found(lines: list[str]) -> None:
    sound = f"goat,1,{ID},,2025-05-14,1,1,1,1,1,1,"
    found = rows("\n".join([HEADER, *lines, sound]) + "\n")
    assert isinstance(found[-1], Row)
    assert found[-1].handle == "goat"
    assert [one.line for one in found] == sorted(one.line for one in found)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: b'{"id":' + rest))
def test_bytes_that_are_no_file_of_readings_are_refused_or_warned_of(content: bytes) -> None:
    with contextlib.suppress(UnknownLayout):
        assert not [one for one in read(io.BytesIO(content), zone=UTC, now=NOW) if isinstance(one, Row)]


def test_a_survey_knows_the_creators_and_the_day_of_their_earliest_post() -> None:
    found = survey(rows(MESSY))
    assert (found.rows, found.skipped, found.videos) == (3, 7, 2)
    assert {c.handle for c in found.creators.values()} == {"goat.one", "goat-two"}
    assert found.creators["goat.one"].start_date(UTC) == date(2025, 3, 6)
    assert found.creators["goat.one"].start_date(ZoneInfo("Pacific/Kiritimati")) == date(2025, 3, 7)


def test_a_creator_read_at_one_instant_is_one_scrape() -> None:
    scrapes = [scrape for batch in plan(rows(MESSY)) for scrape in batch.scrapes]
    assert [(s.handle, len(s.posts)) for s in scrapes] == [("goat.one", 2), ("goat-two", 1)]
    assert scrapes[0].profile == ProfileReading(followers=10_800)


def test_a_post_read_twice_at_one_instant_is_completed_not_doubled() -> None:
    scrapes = next(plan(rows(line(views=5, likes="") + line(views=6, likes=7)))).scrapes
    assert [(p.views, p.likes) for p in scrapes[0].posts] == [(5, 7)]


def test_batches_hold_so_many_scrapes_and_keep_the_order_of_the_file() -> None:
    text = "".join(line(handle=f"goat{n}") for n in range(10))
    batches = list(plan(rows(text), size=4))
    assert [len(batch.scrapes) for batch in batches] == [4, 4, 2]
    assert [s.handle for batch in batches for s in batch.scrapes] == [f"goat{n}" for n in range(10)]


def test_one_instant_with_very_many_posts_is_cut_into_several_batches() -> None:
    text = "".join(line(video_id=int(ID) + n) for n in range(20))
    assert [len(batch.scrapes[0].posts) for batch in plan(rows(text), size=1)] == [8, 8, 4]


def test_the_same_file_asks_under_the_same_command_ids() -> None:
    asked = [[batch.command_id(PROJECT) for batch in plan(rows(MESSY), size=1)] for _ in range(2)]
    assert asked[0] == asked[1]
    assert len(set(asked[0])) == len(asked[0])


def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    def peak(length: int) -> int:
        path = tmp_path / f"{length}.csv"
        start = datetime(2025, 5, 14, tzinfo=UTC)
        lines = (f"goat,1,{ID},,{start + n * timedelta(seconds=1)},1,1,1,1,1,1,\n" for n in range(length))
        path.write_text(f"{HEADER}\n" + "".join(lines))
        tracemalloc.start()
        with path.open("rb") as file:
            batches = sum(1 for _ in plan(read(file, zone=UTC, now=NOW)))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert batches == -(-length // 64)
        return top

    assert peak(8_000) < 1.2 * peak(2_000)


def test_the_real_file_gives_its_known_sums(real_file: Path, is_sound: Callable[[object, datetime], bool]) -> None:
    def readings() -> Iterator[Row | RowWarning]:
        with real_file.open("rb") as file:
            yield from read(file, zone=UTC, now=NOW)

    found = survey(readings())
    assert (found.rows, len(found.creators), found.videos, found.skipped) == (6_268, 3_439, 5_043, 0)
    scrapes = [scrape for batch in plan(readings()) for scrape in batch.scrapes]
    assert len({(s.handle, s.fetched_at) for s in scrapes}) == len(scrapes) == 6_268
    last: dict[str, dict[str, int]] = defaultdict(dict)
    for scrape in sorted(scrapes, key=lambda scrape: scrape.fetched_at):
        for post in scrape.posts:
            assert is_sound(post, NOW)
            known = {name: getattr(post, name) for name in Counters.__struct_fields__}
            last[post.tiktok_video_id] |= {name: value for name, value in known.items() if value is not None}
    sums: Counter[str] = Counter()
    for counters in last.values():
        sums.update(counters)
    assert sums == {
        "views": 21_286_744_850,
        "likes": 1_287_520_934,
        "comments": 16_139_916,
        "shares": 243_030_265,
        "saves": 77_698_682,
    }
    assert sum("comments" not in counters for counters in last.values()) == 15
