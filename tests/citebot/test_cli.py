import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from citebot.cli import main
from citebot.cli.ask import answer_lines
from citebot.cli.chat import ChatSession
from citebot.cli.offered_questions import OfferedQuestions
from citebot.cli.output import PLAIN
from citebot.settings import NAMES
from retrieval.answerer import Answerer
from retrieval.types import Answer
from tests.citebot.conftest import ROOT, Citebot, run_citebot
from tests.wording.server import serving

QUESTION = "How many minibuses were in the convoy?"


def test_ask_prints_the_answer_its_sentence_and_its_source(citebot_process: Citebot, seeded: Path) -> None:
    done = citebot_process("ask", QUESTION, "--index-dir", str(seeded))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("22")
    assert "civilians traveling in 22 minibuses, six large buses, and eight trucks" in done.stdout
    assert "A Growing Threat to Regional Stability" in done.stdout
    assert "\x1b" not in done.stdout


def test_ask_says_not_found_with_exit_code_3(citebot: Citebot, seeded: Path) -> None:
    done = citebot("--index-dir", str(seeded), "ask", "--json", "Who won the 2018 World Cup?")

    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["statements"]) == (3, "not_found", [])
    assert len(answer["retrieved"]) > 0


STREAM = f"""\
{{"id": "a", "question": "who attacked the Gao convoy?", "conversation": "one"}}
nonsense

{{"id": 2, "question": "When was Bamako International Airport attacked?", "conversation": 2}}
{{"id": "c", "question": "how many trucks did they destroy?", "conversation": "one"}}
[1]
{{"id": "d", "question": " "}}
{{"id": "e", "question": "{QUESTION}", "date": "2025-02-10"}}
{{"id": "f", "question": "{QUESTION}", "date": "last week"}}"""


@pytest.fixture(scope="module")
def streamed(seeded: Path) -> subprocess.CompletedProcess[str]:
    return run_citebot("ask", "--jsonl", "--index-dir", str(seeded), cwd=ROOT, stdin=STREAM)


def test_a_stream_of_questions_is_answered_in_order_with_conversations_kept_apart(
    streamed: subprocess.CompletedProcess[str],
) -> None:
    answers = [json.loads(line) for line in streamed.stdout.splitlines()]

    standalone = {answer["id"]: answer["standalone"] for answer in answers if "error" not in answer}
    assert [answer["id"] for answer in answers] == ["a", None, 2, "c", None, "d", "e", "f"]
    assert standalone[2] == "When was Bamako International Airport attacked?"
    assert "convoy" in standalone["c"]
    assert "22" in answers[-2]["statements"][0]["text"]


def test_a_bad_line_in_a_stream_is_told_on_its_line_and_the_rest_is_answered(
    streamed: subprocess.CompletedProcess[str],
) -> None:
    results = [json.loads(line) for line in streamed.stdout.splitlines()]

    errors = [result["error"] for result in results if "error" in result]
    assert (streamed.returncode, streamed.stderr) == (1, "")
    assert errors[0].startswith('line 2: expected a JSON object like {"id", "question"}')
    assert errors[1:] == [
        "line 6: expected a JSON object, got list",
        "line 7: expected question to be a text that is not empty",
        'line 9: expected date to be a day like "2025-02-07"',
    ]


ODD = (
    "What does POL-358 forbid" + "?" * 280,
    "!" * 400,
    "." * 400,
    "wha-" * 150,
    "1," * 140,
    f"https://example.org/{'path/' * 75} who wrote that page?",
    "\N{SLIGHTLY SMILING FACE}" * 400,
    "who\u200b\u200d\ufeffattacked" * 60,
    "\u8f66\u961f" * 300,
    "\ud83d \x00\x1b[2J",
    "who attacked the convoy and " * 1800,
)


def test_no_question_however_odd_ends_a_stream(citebot: Citebot, seeded: Path) -> None:
    lines = [json.dumps({"id": number, "question": question}) for number, question in enumerate(ODD)]
    lines += [
        "[" * 100_000,
        '{"id": NaN, "question": "who?"}',
        json.dumps({"id": "\ud83d", "question": "Gao?"}),
    ]

    done = citebot("ask", "--jsonl", "--index-dir", str(seeded), stdin="\n".join(lines) + "\n")

    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert [result["id"] for result in results] == [*range(len(ODD)), None, None, "\ud83d"]
    assert [result["id"] for result in results if "error" in result] == [None, None]


def test_a_question_that_fails_is_told_on_its_line_and_the_rest_is_answered(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = Answerer.answer

    def answer(self: Answerer, question: str, *arguments: Any, **settings: Any) -> Answer:
        if question == "break":
            raise ZeroDivisionError("division by zero")
        return whole(self, question, *arguments, **settings)

    monkeypatch.setattr(Answerer, "answer", answer)
    lines = [b'{"id": 1, "question": "break", "conversation": "a"}', b'{"id": 2, "question": "Gao?"}']

    failed, answered = answer_lines(answerer, lines)

    assert failed == {"id": 1, "error": "line 1: ZeroDivisionError: division by zero"}
    assert (answered["id"], answered["question"]) == (2, "Gao?")
    assert "line 1 was not answered" in caplog.text


def test_who_asks_at_endless_length_hears_how_much_is_read(answerer: Answerer) -> None:
    talk = ChatSession(answerer, [], PLAIN, OfferedQuestions(answerer, lambda article_id: None))
    shown = talk.reply("who attacked the convoy and " * 1800)
    assert shown is not None
    assert shown.startswith("(only the first 1,000 characters of this are read)\n")


def test_a_line_that_fails_does_not_end_a_chat(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(self: Answerer, *arguments: Any) -> Answer:
        raise ZeroDivisionError

    monkeypatch.setattr(Answerer, "answer", answer)
    talk = ChatSession(answerer, [], PLAIN, OfferedQuestions(answerer, lambda article_id: None))

    assert talk.reply("Gao?") == "Something went wrong with this (ZeroDivisionError). You can go on."
    assert talk.suggest() == ""
    assert talk.reply("1" * 5000 + " " + "\N{SUPERSCRIPT TWO}").startswith("Something went wrong")
    assert talk.reply("/new") == "Let's start afresh."
    assert "a line was not answered" in caplog.text


def test_every_quote_is_the_stored_text_between_its_offsets(
    citebot: Citebot, seeded: Path, streamed: subprocess.CompletedProcess[str]
) -> None:
    answers = [json.loads(line) for line in streamed.stdout.splitlines()]
    citations = [citation for answer in answers for citation in answer.get("citations", [])]
    texts = {
        article_id: json.loads(citebot("index", "show", article_id, "--json", INDEX_DIR=str(seeded)).stdout)[
            "text"
        ]
        for article_id in {citation["article_id"] for citation in citations}
    }

    assert len(citations) >= 4
    for citation in citations:
        assert texts[citation["article_id"]][citation["start"] : citation["end"]] == citation["quote"]


def test_a_chat_over_a_pipe_answers_knows_commands_and_ends_with_the_pipe(
    citebot_process: Citebot, seeded: Path
) -> None:
    done = citebot_process("chat", stdin=f"/help\n{QUESTION}\n/sources\n/frob\n/new", INDEX_DIR=str(seeded))

    assert (done.returncode, done.stderr) == (0, "")
    assert "I answer from 5 articles" in done.stdout
    assert "who attacked the Gao convoy?" in done.stdout.partition("you>")[0]
    assert "22 minibuses" in done.stdout
    assert "5. Escalating Violence in Mali: A Growing Threat to Regional Stability" in done.stdout
    assert "I don't know this command" in done.stdout
    assert done.stdout.endswith("Let's start afresh.\n\n")


def test_a_chat_offers_questions_that_are_picked_by_their_number(citebot: Citebot, seeded: Path) -> None:
    done = citebot("chat", stdin="Gao?\n1\n9\n", INDEX_DIR=str(seeded))

    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.partition("you> Gao?")[2]
    assert "That could mean several things." in said
    assert "  1. How far is Kobe from Gao?\n" in said
    assert "(you ask: How far is Kobe from Gao?)\nroughly 30 kilometers [1]\n" in said
    assert "To go on, type a number:\n  1. " in said
    assert said.endswith("I have offered no question with this number.\n\n")


def test_a_chat_asks_back_which_event_is_meant(citebot: Citebot, tmp_path: Path) -> None:
    index = str(tmp_path / "index")
    articles = Path(__file__).parents[1] / "transcripts" / "two-events" / "articles"
    assert citebot("index", "add", str(articles), INDEX_DIR=index).returncode == 0

    said = citebot("chat", stdin="how many people were killed?\n2\n", INDEX_DIR=index).stdout

    assert "  2. How many people were killed in Karsund?\n" in said
    assert "(you ask: How many people were killed in Karsund?)\nNine people [1]\n" in said


def test_a_page_is_shown_beside_what_is_stored_of_it(citebot: Citebot, tmp_path: Path) -> None:
    (tmp_path / "fees.html").write_text(
        "<html><head><title>Fees &amp; dues</title></head><body><nav><a href='/'>Home</a></nav>"
        "<main><p>A ship pays &lt;b&gt; 12 florins.</p></main></body></html>"
    )
    (tmp_path / "dues.txt").write_text("A boat pays 3 florins.")
    citebot("index", "add", "fees.html", "dues.txt")

    done = citebot("index", "show", "fees", "--html", "--output", "beside.html")
    other = citebot("index", "show", "dues", "--html")

    assert (done.returncode, done.stdout) == (0, "beside.html\n")
    shown = (tmp_path / "beside.html").read_text()
    assert "<h1>Fees &amp; dues</h1>" in shown
    assert '<p class="dropped">Home</p>' in shown
    assert shown.count("<p>A ship pays &lt;b&gt; 12 florins.</p>") == 2
    assert (other.returncode, other.stderr) == (
        1,
        "citebot: expected an article from an HTML page, got one from dues.txt\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask"], 2, 'citebot: ask needs a question: citebot ask "who attacked the Gao convoy?"\n'),
        (["ask", "  "], 2, 'citebot: ask needs a question: citebot ask "who attacked the Gao convoy?"\n'),
        (
            ["ask", "--jsonl", "who?"],
            2,
            "citebot: --jsonl reads its questions from standard input; leave the question out\n",
        ),
        (
            ["aks", "who?"],
            2,
            "citebot: no such command 'aks'. Did you mean 'ask'? (`citebot --help` says more)\n",
        ),
        (
            ["index", "ad"],
            2,
            "citebot: no such command 'ad'. Did you mean 'add'? (`citebot index --help` says more)\n",
        ),
        (
            ["ask", "--jso", "who?"],
            2,
            "citebot: no such option: --jso (Possible options: --json, --jsonl) "
            "(`citebot ask --help` says more)\n",
        ),
        (["index", "show"], 2, "citebot: missing argument 'ID' (`citebot index show --help` says more)\n"),
        (
            ["ask", "who?", "--index-dir", str(ROOT / "README.md")],
            1,
            f"citebot: {ROOT / 'README.md'} is a file, an index needs a directory: "
            "choose another INDEX_DIR\n",
        ),
        (["ask", "who?"], 1, "citebot: no articles yet: run `citebot index add seeds/`\n"),
        (["chat"], 1, "citebot: no articles yet: run `citebot index add seeds/`\n"),
        (
            ["index", "show", "x"],
            1,
            'citebot: there is no index in data/index: run "citebot index add" first\n',
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["citebot", *arguments])
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err) == (code, "", message)
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_tells_the_first_steps(citebot_process: Citebot) -> None:
    alone, asked = citebot_process(), citebot_process("--help")

    assert (alone.returncode, alone.stderr, asked.returncode, asked.stderr) == (2, "", 0, "")
    assert "citebot index add FOLDER" in " ".join(alone.stdout.split())
    assert alone.stdout.strip() == asked.stdout.strip()


def test_a_bad_setting_stops_every_command_with_exit_code_2(citebot: Citebot) -> None:
    done = citebot("index", "list", LOG_FORMAT="xml")

    assert (done.returncode, done.stderr) == (
        2,
        "citebot: LOG_FORMAT: expected one of text, json, got 'xml'\n",
    )


def test_a_name_without_its_feature_is_warned_about(citebot: Citebot, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STORE_URL=x\n")

    done = citebot("index", "list", "--json")

    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert done.stderr == "citebot: STORE_URL is set, but not supported yet: it has no effect\n"


def test_an_index_of_another_embedder_is_refused_in_one_line(citebot: Citebot, seeded: Path) -> None:
    done = citebot("ask", "who?", INDEX_DIR=str(seeded), EMBEDDING_MODEL="./nowhere")

    assert done.returncode == 1
    assert done.stderr.startswith("citebot: there is no model at ./nowhere")
    assert done.stderr.count("\n") == 1


def test_articles_are_added_replaced_skipped_removed_and_failures_told(
    citebot: Citebot, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(
        "The bridge opened\n\nThe bridge opened in 1932 after six years of work.\n"
    )
    (folder / "two.txt").write_text(
        "The tower closed\n\nThe tower closed in 1999 when its lift broke down.\n"
    )
    first = citebot("index", "add", "articles", "nowhere.txt", "--json")
    (folder / "one.txt").unlink()
    (folder / "two.txt").write_text(
        "The tower closed\n\nThe tower closed in 2001 when its lift broke down.\n"
    )
    second = citebot("index", "add", "articles", "--json")
    third = citebot("index", "add", "articles")

    report = json.loads(first.stdout)
    assert (first.returncode, report["added"]) == (1, ["one", "two"])
    assert [failure["origin"] for failure in report["failed"]] == ["nowhere.txt"]
    assert json.loads(second.stdout) == {
        "added": [],
        "replaced": ["two"],
        "skipped": [],
        "removed": ["one"],
        "failed": [],
        "notes": [],
    }
    assert (third.returncode, third.stdout) == (0, "added     0\nskipped   1\n")

    removed = citebot("index", "remove", "two", "three", "--json")
    assert (removed.returncode, json.loads(removed.stdout)) == (1, {"removed": ["two"], "unknown": ["three"]})
    assert removed.stderr.startswith("citebot: there is no article 'three'")


def test_the_index_tells_its_stats_verifies_and_is_rebuilt(citebot: Citebot, seeded: Path) -> None:
    stats = json.loads(citebot("index", "stats", "--json", INDEX_DIR=str(seeded)).stdout)
    rebuilt = json.loads(citebot("index", "rebuild", "--json", INDEX_DIR=str(seeded)).stdout)
    verified = citebot("index", "verify", INDEX_DIR=str(seeded))

    assert (stats["count"]["articles"], stats["embedder"], stats["dimension"]) == (5, "all-MiniLM-L6-v2", 384)
    assert rebuilt == {"articles": 5, "passages": stats["count"]["passages"], "embedded": False}
    assert verified.returncode == 0
    assert verified.stdout == f"all agree: 5 articles, {rebuilt['passages']} passages\n"


def test_verify_says_what_it_repaired(citebot: Citebot, seeded: Path, tmp_path: Path) -> None:
    shutil.copytree(seeded, tmp_path / "index")
    (tmp_path / "index" / "dense.faiss").write_bytes(b"IxFI, the file of another program")
    shutil.rmtree(tmp_path / "index" / "keyword")

    first = citebot("index", "verify", "--index-dir", "index", "--json")
    second = citebot("index", "verify", "--index-dir", "index", "--json")

    assert (first.returncode, json.loads(first.stdout)) == (
        0,
        {
            "ok": True,
            "problems": [],
            "repaired": [
                "dense.faiss was torn, or not made by this version of Citebot: built anew from the articles",
                "keyword/ was missing: built anew from the articles",
            ],
        },
    )
    assert json.loads(second.stdout) == {"ok": True, "problems": [], "repaired": []}


def test_what_an_older_version_read_and_cut_is_told_and_brought_up_to_date(
    citebot: Citebot, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The bridge opened in 1932 after six years of work.\n")
    (folder / "tower.txt").write_text("The tower closed in 1999 when its lift broke down.\n")
    assert citebot("index", "add", "articles").returncode == 0
    truth = tmp_path / "data" / "index" / "truth.sqlite"
    connection = sqlite3.connect(truth)
    connection.execute("UPDATE article SET read_by = 1")
    connection.execute("UPDATE meta SET value = value - 1 WHERE name = 'passage_rules'")
    connection.commit()
    connection.close()
    told = "citebot: 2 articles were read by an older version of Citebot: run `citebot index refresh`\n"

    stats = citebot("index", "stats", "--json")
    asked = citebot("ask", "When did the bridge open?")
    (folder / "tower.txt").write_text("The tower closed in 2001 when its lift broke down.\n")
    refreshed = citebot("index", "refresh", "--json")
    again = citebot("index", "add", "articles")

    assert (stats.stderr, json.loads(stats.stdout)["read_by_older_version"]) == (told, 2)
    assert asked.returncode == 1
    assert asked.stderr.endswith('run "citebot index rebuild"\n')
    assert refreshed.stderr.startswith(
        "citebot: this version of Citebot cuts passages otherwise: 2 articles are cut and embedded anew\n"
    )
    assert json.loads(refreshed.stdout) == {
        "replaced": ["tower"],
        "unchanged": ["bridge"],
        "failed": [],
        "no_origin": [],
        "notes": [],
    }
    assert (again.returncode, again.stdout) == (0, "added     0\nskipped   2\n")
    assert "older version" not in again.stderr
    (folder / "tower.txt").unlink()
    gone = citebot("index", "refresh")
    assert gone.returncode == 1
    assert gone.stdout == (
        "replaced  0\nunchanged 1\nfailed    1\n"
        f"  articles/tower.txt: no such file, seen from {tmp_path}: tower stays as it is stored\n"
    )


def test_a_collection_is_asked_listed_and_removed_on_its_own(citebot: Citebot, tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text("The bridge of Arlen was built in 1911 by the city, the mayor said.")
    (tmp_path / "fee.txt").write_text("The harbour of Lund charges 340 crowns a day, the office said.")
    assert citebot("index", "add", "bridge.txt").returncode == 0
    assert citebot("index", "add", "fee.txt", "--collection", "team").returncode == 0
    fee = "What does the harbour of Lund charge?"
    assert citebot("ask", fee).returncode == 3
    assert "340 crowns" in citebot("ask", fee, "--collection", "team").stdout
    named = ("--collection", "team", "--collection", "public")
    both = citebot("ask", "--jsonl", *named, stdin=json.dumps({"question": fee}))
    assert json.loads(both.stdout)["statements"][0]["text"] == "340 crowns"
    assert citebot("index", "list", "--collection", "team").stdout.startswith("fee ")
    assert citebot("index", "remove", "fee", "--collection", "team").returncode == 2
    assert citebot("index", "remove", "--collection", "team").stdout == "removed 1\n"
    assert citebot("index", "list").stdout.startswith("bridge ")


def test_list_names_every_article_and_stands_a_closed_pipe(seeded: Path) -> None:
    command = f'"{sys.executable}" -m citebot index list --index-dir "{seeded}"'

    whole = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    cut = subprocess.run(
        f"{command} | true", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert [line.split()[0][:3] for line in whole.stdout.splitlines()] == ["000", "001", "002", "003", "004"]
    assert cut.stderr == ""


def test_logs_are_json_objects_when_asked_for(citebot_process: Citebot, seeded: Path) -> None:
    done = citebot_process("index", "verify", INDEX_DIR=str(seeded), LOG_FORMAT="json", LOG_LEVEL="DEBUG")

    entries = [json.loads(line) for line in done.stderr.splitlines()]
    assert all({"time", "level", "logger", "message"} <= set(entry) for entry in entries)
    assert len(entries) > 0


def test_a_language_model_is_asked_where_one_is_set(citebot: Citebot, seeded: Path) -> None:
    said = "At least five trucks were destroyed."

    def script(body: dict[str, Any]) -> str:
        passages = json.loads(body["messages"][1]["content"])["passages"]
        number = next(one["passage"] for one in passages if "trucks were destroyed" in one["text"])
        quotes = [{"passage": number, "words": "five trucks were destroyed"}]
        return json.dumps({"sentences": [{"quotes": quotes, "text": said}]})

    with serving() as server:
        server.script = script
        ask = ("ask", "--json", "how many trucks were destroyed?")
        set_up = {"INDEX_DIR": str(seeded), "LLM_BASE_URL": server.url, "LLM_MODEL": "scripted"}
        worded, extractive = (
            json.loads(citebot(*ask, *more, **set_up).stdout) for more in ((), ("--no-llm",))
        )
        checked = citebot("doctor", **set_up).stdout
    half = citebot(*ask, INDEX_DIR=str(seeded), LLM_MODEL="scripted")

    assert (worded["worded_by"], worded["statements"][0]["text"]) == ("scripted", said)
    assert "five trucks" in worded["citations"][0]["quote"]
    assert (extractive["worded_by"], extractive["statements"][0]["text"]) == (None, "At least five trucks")
    assert "llm       scripted replied within" in checked
    assert half.stderr == ("citebot: LLM_BASE_URL and LLM_MODEL belong together: set both, or neither\n")
