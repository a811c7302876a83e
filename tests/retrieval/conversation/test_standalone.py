"""Conversations and what each question means in them. A line that must stay as asked is marked `=`."""

import timeit

import pytest

from retrieval.conversation.standalone import adds_a_guess, make_standalone
from retrieval.types import MAX_TURNS, Conversation, Turn

SAME = "="


def understood(*lines: tuple[str, str] | tuple[str, str, str]) -> list[str]:
    """What each line (question, expected, and perhaps the answer it got) is understood as, in one talk."""
    conversation, results = Conversation(), []
    for question, _, *answers in lines:
        standalone = make_standalone(question, conversation)
        results.append(SAME if standalone == question else standalone)
        turn = Turn(question, standalone, tuple(answers))
        conversation = Conversation((*conversation.turns, turn)[-MAX_TURNS:])
    return results


ATTACK = ("who attacked the Gao convoy?", SAME, "Sunni Islamist militants")

TALKS = {
    "an attack, asked about from all sides": (
        ATTACK,
        (
            "how many trucks did they destroy?",
            "how many trucks did the attackers of the Gao convoy destroy?",
            "five",
        ),
        ("and when was it?", "when was the Gao convoy attacked?", "February 7, 2025"),
        ("where?", "where was the Gao convoy attacked?"),
        ("was it claimed?", "was the attack on the Gao convoy claimed?"),
        ("who did it?", "who attacked the Gao convoy?"),
        (
            "how many people were killed?",
            "how many people were killed in the attack on the Gao convoy?",
            "32",
        ),
        (
            "how many of them were soldiers?",
            "how many of the people killed in the attack on the Gao convoy were soldiers?",
        ),
    ),
    "a question in between and a change of topic": (
        ATTACK,
        ("What does JNIM stand for?", SAME, "Jama'at Nasr al-Islam wal Muslimin"),
        ("how many trucks did they destroy?", "how many trucks did the attackers of the Gao convoy destroy?"),
        ("and when was it?", "when was the Gao convoy attacked?"),
        ("Who won the 2018 World Cup?", SAME),
        ("When was Bamako International Airport attacked?", SAME, "September 8, 2023"),
        ("who did it?", "who attacked Bamako International Airport?"),
        (
            "who claimed responsibility?",
            "who claimed responsibility for the attack on Bamako International Airport?",
        ),
    ),
    "a short proper name stands for the agents only where it fits": (
        ("who attacked the Gao convoy?", SAME, "Islamic State (IS) jihadists"),
        ("how many trucks did they destroy?", "how many trucks did the attackers of the Gao convoy destroy?"),
    ),
    "nothing was found before": (
        ("who attacked the Gao convoy?", SAME),
        ("how many trucks did they destroy?", "how many trucks did the attackers of the Gao convoy destroy?"),
    ),
    "a bare question word": (ATTACK, ("why?", "why was the Gao convoy attacked?")),
    "a bare number word": (ATTACK, ("how many?", "how many people attacked the Gao convoy?")),
    "noun phrases short of detail": (
        ATTACK,
        ("When was the convoy attacked?", "When was the Gao convoy attacked?"),
        ("who claimed the attack?", "who claimed the attack on the Gao convoy?"),
        ("where did that attack happen?", "where did the attack on the Gao convoy happen?"),
    ),
    "a person": (
        ("Who is the president of Mali?", SAME, "Assimi Goïta"),
        ("How old is he?", "How old is Assimi Goïta?", "42"),
        ("when did he take power?", "when did Assimi Goïta take power?"),
        ("What is his rank?", "What is Assimi Goïta's rank?"),
        ("what about Burkina Faso?", "Who is the president of Burkina Faso?"),
    ),
    "a person who was not found": (
        ("Who is the president of Mali?", SAME),
        ("how old is he?", "how old is the president of Mali?"),
    ),
    "another value for the same question": (
        ("How many people live in Gao?", SAME, "86,000"),
        ("and in Niger?", "How many people live in Niger?"),
        ("what about Burkina Faso?", "How many people live in Burkina Faso?"),
    ),
    "another place than the one that was understood": (
        ATTACK,
        ("how many people were killed?", "how many people were killed in the attack on the Gao convoy?"),
        ("and in Bamako?", "how many people were killed in Bamako?"),
    ),
    "a question about something else": (
        ATTACK,
        ("how many were killed?", "how many were killed in the attack on the Gao convoy?"),
        ("who were they?", "who were those killed in the attack on the Gao convoy?"),
        ("who won the world cup?", SAME),
        ("who were they?", "who were the winners of the world cup?"),
    ),
    "an article of its own": (
        ("what did the African Union do?", SAME, "condemned the violence"),
        ("what about the United States?", "what did the United States do?"),
    ),
    "a topic that was only guessed is not pointed back to": (
        ("how far is Kobe from Gao?", SAME, "roughly 30 kilometers"),
        (
            "which countries formed the alliance?",
            "which countries formed the alliance (Kobe)?",
            "Mali and Niger",
        ),
        ("when was it signed?", "when was the alliance signed?"),
    ),
    "the wounded after the dead": (
        ("How many people were killed in the convoy attack near Gao?", SAME, "32"),
        ("and the wounded?", "How many people were wounded in the convoy attack near Gao?"),
        ("who were they?", "who were the people wounded in the convoy attack near Gao?"),
    ),
    "a place that was an answer": (
        ("What is the capital of Mali?", SAME, "Bamako"),
        ("how many people live there?", "how many people live in Bamako?", "2.8 million"),
        ("when was it founded?", "when was Bamako founded?"),
    ),
    "how others reacted": (
        ("How did the United Nations react to the Bamako attack?", SAME, "condemning the violence"),
        ("and the African Union?", "How did the African Union react to the Bamako attack?"),
        ("what about the US?", "How did the US react to the Bamako attack?"),
        ("And China?", "How did China react to the Bamako attack?"),
    ),
    "what others promised": (
        ("what did the mayor promise?", SAME, "lower taxes"),
        ("what about the opposition?", "what did the opposition promise?"),
        ("and the unions?", "what did the unions promise?"),
        ("what about the police, did they strike?", "did the police strike?"),
    ),
    "each thing for its like": (
        ("How many workers did Ford lay off in Ohio in 2012?", SAME, "900"),
        ("and in Michigan?", "How many workers did Ford lay off in Michigan in 2012?"),
        ("and in 2013?", "How many workers did Ford lay off in Michigan in 2013?"),
        ("what about GM?", "How many workers did GM lay off in Michigan in 2013?"),
        ("and managers?", "How many managers did GM lay off in Michigan in 2013?"),
    ),
    "by whom something was done": (
        ("how many of the trucks were destroyed?", SAME, "At least five trucks"),
        ("by whom?", "who destroyed the trucks?", "Islamic State (IS) jihadists"),
        ("Have they claimed the attack?", "Have the destroyers of the trucks claimed the attack?"),
        ("When was the bridge on Elm Street closed?", SAME, "in May"),
        ("by which office?", "which office closed the bridge on Elm Street?"),
        ("How are vaccines tested?", SAME),
        ("and by who?", "who tests vaccines?"),
        ("Has the comet been observed?", SAME),
        ("by whom?", "who has observed the comet?"),
        ("since when?", "since when has the comet been observed?"),
        ("Did France attack the base?", SAME),
        ("by whom?", SAME),
    ),
    "who says so": (
        ("what is Wagner accused of?", SAME, "widespread human rights abuses"),
        ("Who says so?", "Who accuses Wagner?"),
        ("How many people were killed near Gao?", SAME, "at least 32 people"),
        ("according to whom?", "who says that at least 32 people were killed near Gao?"),
        ("Is Plan B illegal?", SAME, "yes"),
        ("says who?", "who says that Plan B is illegal?"),
        ("Who founded Tesla?", SAME),
        ("says who?", SAME),
    ),
    "a bare question word after another": (
        ("Was Mayor Smith's car stolen?", SAME, "yes"),
        ("how?", "how was Mayor Smith's car stolen?"),
        ("how come?", "why was Mayor Smith's car stolen?"),
        ("since when?", "since when was Mayor Smith's car stolen?"),
        ("Who was fined by FIFA?", SAME, "Chelsea"),
        ("why?", "why was Chelsea fined by FIFA?"),
        ("Which parties voted against the budget?", SAME, "the Greens"),
        ("why?", "why did parties vote against the budget?"),
        ("Who accused the mayor of corruption?", SAME),
        ("when?", "when was the mayor accused of corruption?"),
        ("How many workers did Ford lay off in Ohio?", SAME, "900"),
        ("why?", "why did Ford lay off workers in Ohio?"),
        ("Did the council approve the tram line?", SAME),
        ("when?", "when did the council approve the tram line?"),
    ),
    "who has done it, and since when": (
        ("Who coaches Arsenal?", SAME, "Mikel Arteta"),
        ("since when?", "since when does Mikel Arteta coach Arsenal?"),
        ("when was United Center built?", SAME),
        ("by whom?", "who built United Center?"),
    ),
    "a thing told by what is most of it": (
        ("What is the tallest building in Dubai?", SAME, "Burj Khalifa"),
        ("when was it opened?", "when was Burj Khalifa opened?"),
    ),
    "how old a thing is": (
        ("How old is the oldest tree?", SAME),
        ("where is it?", "where is the oldest tree?"),
    ),
    "which ones": (
        ("How many moons does Mars have?", SAME, "two"),
        ("which ones?", "which moons does Mars have?"),
        ("Which companies supply Apple?", SAME, "Foxconn"),
        ("and which ones supply Sony?", "which companies supply Sony?"),
        ("Which countries border Chad?", SAME, "Niger"),
        ("which ones are landlocked?", "which countries are landlocked?"),
    ),
    "a building is a place, and a group that was an answer is none": (
        ("Which militants carried out the attack on Bamako's airport?", SAME, "Al-Qaeda"),
        ("What did the witnesses hear there?", "What did the witnesses hear at Bamako's airport?"),
        ("Who attended the meeting at City Hall?", SAME, "Anna Brown"),
        ("who else was there?", "who else was at City Hall?"),
    ),
    "a place of which something else is told": (
        ("Where was the final played?", SAME, "Wembley Stadium"),
        ("how many watched it there?", "how many watched the final at Wembley Stadium?"),
        ("how far is Lyon from there?", "how far is Lyon from Wembley Stadium?"),
    ),
    "a group that was an answer": (
        ("Which extremist group operates in the Horn of Africa?", SAME, "Al-Shabaab"),
        ("who leads it?", "who leads Al-Shabaab?"),
        ("when did this group start?", "when did Al-Shabaab start?"),
        ("What is its goal?", "What is Al-Shabaab's goal?"),
    ),
    "words that end in ed and a word for the day": (
        ("Which nation's soldiers escorted the Gao convoy today?", SAME, "Malian"),
        ("who saw the convoy?", "who saw the Gao convoy?"),
    ),
    "what a question leaves out": (
        ("What is a solar oven?", SAME, "a box that cooks with sunlight"),
        ("How do they work?", "How do solar ovens work?"),
        ("What are the advantages?", "What are the advantages of solar ovens?"),
        ("And the disadvantages?", "What are the disadvantages of solar ovens?"),
        ("What is their impact on forests?", "What is solar ovens' impact on forests?"),
    ),
    "several places that were one answer": (
        ("Which countries signed the Alliance of Sahel States?", SAME, "Burkina Faso, Mali, and Niger"),
        ("when?", "when was the Alliance of Sahel States signed?"),
        ("when was it founded?", "when was the Alliance of Sahel States founded?"),
    ),
}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS.keys())
def test_a_follow_up_is_understood_from_the_talk_before_it(talk):
    assert understood(*talk) == [expected for _, expected, *_ in talk]


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        (
            "What does the mayor of Lyon think of the tram?",
            "what about the mayor of Nice?",
            "What does the mayor of Nice think of the tram?",
        ),
        ("What do black bears eat in winter?", "and polar bears?", "What do polar bears eat in winter?"),
        ("What do bears eat in winter?", "and in summer?", "What do bears eat in summer?"),
        ("What is the boiling point of water?", "and ethanol?", "What is the boiling point of ethanol?"),
        (
            "When was the bridge on Elm Street closed?",
            "what about the one on Oak Street?",
            "When was the bridge on Oak Street closed?",
        ),
        ("Which groups rule the Horn of Africa?", "and the Sahel?", "Which groups rule the Sahel?"),
        ("Is coffee good for the heart?", "how about tea, then?", "Is tea good for the heart?"),
        ("Who attacked the convoy?", "what about the airport?", "Who attacked the airport?"),
        ("Who attacked Kano Airport?", "When did they do it?", "When did they attack Kano Airport?"),
        ("Where is Mali?", "what is the capital?", "what is the capital of Mali?"),
        ("Who invented the telephone?", "when did he do it?", "when did he invent the telephone?"),
        ("Who are Mali's allies?", "and Niger?", "Who are Niger's allies?"),
        ("Where will the seats in Rome be sold?", "and tickets?", "Where will tickets in Rome be sold?"),
        ("Who is the king of Spain?", "and the prime minister?", "Who is the prime minister of Spain?"),
        ("Who is the mayor of Lyon?", "and the deputy mayor?", "Who is the deputy mayor of Lyon?"),
        ("How old is the king of Spain?", "and the queen of Spain?", "How old is the queen of Spain?"),
        ("What is the impact of weak laws?", "and the impact of war?", "What is the impact of war?"),
        ("How did investors react?", "what about the customers?", "How did the customers react?"),
        ("Is it safe for children?", "and for pregnant women?", "Is it safe for pregnant women?"),
        ("Which cities host games?", "how about small cities?", "Which small cities host games?"),
        ("how does the world respond?", "and the response in Chad?", "what is the response in Chad?"),
        ("What was closed?", "what about the roads, who closed them?", "who closed the roads?"),
        ("Who sued Google?", "what about Apple - who sued it?", "who sued Apple?"),
        ("Who said no?", "And what about the mayor? Did she resign?", "Did the mayor resign?"),
    ],
)
def test_what_about_something_asks_the_same_of_it(before: str, asked: str, expected: str) -> None:
    assert make_standalone(asked, Conversation((Turn(before, before),))) == expected


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("Who is the mayor of Lyon?", "what about the museums?"),
        ("Who scored the winning goal?", "and the second?"),
        ("What are the parts of a car?", "what about tests for brakes?"),
        ("How many goals did Messi score?", "what about injuries to the knee?"),
        ("Who attacked the Gao convoy?", "what about the convoy?"),
    ],
)
def test_what_has_no_like_in_the_question_before_takes_nothing_from_it(before: str, asked: str) -> None:
    standalone = make_standalone(asked, Conversation((Turn(before, before),)))

    assert standalone == asked or adds_a_guess(standalone, asked)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2018 World Cup?",
        "When was Bamako International Airport attacked?",
        "Why is Mali so unstable?",
        "What time is it in Paris?",
        "is it true that Mali left ECOWAS?",
        "How long does it take to fly to Paris?",
        "is it safe to travel to Mali?",
        "Is there a curfew in Bamako?",
        "How many islands are there in Greece?",
        "Why did the army say it would leave?",
        "What did Macron say about his visit to Bamako?",
        "What is Timbuktu, and why is it famous?",
        "Who said that France attacked Mali?",
        "Which countries have armies that fought there and in Chad?",
        "What happened this week?",
        "What are the effects of cheese on health?",
        "What is the capital of France?",
        "How hot is the sun?",
    ],
)
def test_a_question_that_is_clear_by_itself_stays_as_it_was_asked(question):
    before = Conversation((Turn(ATTACK[0], ATTACK[0], ("Sunni Islamist militants",)),))

    assert make_standalone(f" {question} ", before) == question


@pytest.mark.parametrize(
    "question", ["combien de camions ont-ils détruits ?", "où ?", "Quand a-t-il été fondé ?", "et au Niger ?"]
)
def test_a_french_question_is_never_mangled(question):
    asked = "Qui a attaqué le convoi de Gao ?"

    assert make_standalone(question, Conversation((Turn(asked, asked, ()),))) == question


@pytest.mark.parametrize(
    "question", ["how many trucks did they destroy?", "and when was it?", "where?", "  "]
)
def test_without_a_conversation_a_question_stays_as_it_was_asked(question):
    assert make_standalone(question, Conversation()) == question.strip()


@pytest.mark.parametrize(
    "answer",
    ["five", "February 7, 2025", "At least five trucks were destroyed by the Islamic State (IS) jihadists,"],
)
def test_numbers_dates_and_sentences_never_stand_in_for_a_pronoun(answer):
    before = Conversation(
        (Turn("Who is the president of Mali?", "Who is the president of Mali?", (answer,)),)
    )

    assert make_standalone("how old is he?", before) == "how old is the president of Mali?"


@pytest.mark.parametrize(
    "question", ["?", "...", "and", "the", "it", "they?", "what about", "and?", "😀", "who", "'"]
)
def test_a_scrap_of_a_question_does_no_harm(question):
    odd = Conversation(
        tuple(Turn(text, text, (text,)) for text in ("?", "", "what about", "who", "it", "(x)?"))
    )

    assert make_standalone(question, odd)


def test_a_question_is_understood_in_less_than_a_millisecond():
    turns = tuple(Turn(question, question, (answer,)) for question, _, answer in [ATTACK] * MAX_TURNS)
    conversation = Conversation(turns)
    spent_s = min(
        timeit.repeat(
            lambda: make_standalone("how many trucks did they destroy?", conversation), number=1, repeat=200
        )
    )

    assert spent_s < 0.001
