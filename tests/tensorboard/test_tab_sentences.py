"""The sentences that the NER tab lists, in a real browser, with TensorBoard's default loader."""

import json
import re

from tests.served_board import HOSTILE
from tests.tensorboard.tab_page import eventually, expect

# The first page says that there is one more sentence. The next page is answered when `release` is called: with the
# first page again, or with an error.
ONE_MORE = """async (url, ask) => {
    if (!url.pathname.endsWith("/sentences")) return ask(url);
    if (url.searchParams.get("offset") !== "0") await new Promise((resolve, reject) =>
        window.release = (error) => error ? reject(error) : resolve());
    url.searchParams.set("offset", 0);
    const found = await (await ask(url)).json();
    return new Response(JSON.stringify({...found, matching: found.matching + 1}));
}"""
OPEN_EXPORTS = "document.querySelector('.exports').open = true"


def test_a_click_lists_the_sentences_of_the_cell_and_whether_they_were_correct_before(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    expect(tab.frame.locator(".panel .note")).to_have_text("All 2 sentences")
    tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
    history = ["correct at 1 of 2 earlier steps, last at 200", "never correct before"]
    expect(tab.frame.locator(".history")).to_have_text(history)
    expect(tab.frame.locator("li.card").first.locator(".chip")).to_have_text(["ORG → LOC 91%", "LOC"])
    expect(tab.frame.locator("li.card").first.locator(".confidence")).to_have_text("confidence 91%")
    tab.frame.get_by_label("Earlier steps").select_option("correct before")
    expect(tab.frame.locator("p.sentence")).to_have_count(1)
    expect(tab.frame.locator(".panel .note")).to_have_text("All 2 sentences · 1 of them match")


def test_the_next_page_of_a_cell_is_dropped_where_another_one_is_open_meanwhile(tab):
    with tab.answered_by(ONE_MORE):
        tab.cell("ORG", "LOC").click()
        tab.frame.get_by_role("button", name="Show more of 1").click()
        tab.cell("LOC", "missed").click()
        tab.expect_texts(["in Dravin"])
        tab.run("window.release()")
        tab.page.wait_for_timeout(500)
        tab.expect_texts(["in Dravin"])


def test_a_next_page_that_is_lost_can_be_asked_for_again(tab):
    with tab.answered_by(ONE_MORE):
        tab.cell("ORG", "LOC").click()
        more = tab.frame.locator(".more button")
        expect(more).to_have_text("Show more of 1")
        more.click()
        expect(more).to_be_disabled()
        tab.run("window.release(new Error('lost'))")
        expect(more).to_have_text(re.compile("^TensorBoard does not answer"))
        expect(more).to_be_enabled()
        more.click()
        expect(more).to_be_disabled()
        tab.run("window.release()")
        expect(tab.frame.locator("p.sentence")).to_have_count(4)


def test_a_search_is_asked_for_after_the_last_key(tab):
    tab.page.evaluate("""() => {
        window.writes = [];
        history.replaceState = (...all) => {
            window.writes.push(all[2]);
            History.prototype.replaceState.apply(history, all);
        };
    }""")
    typed = """{
        const field = document.querySelector("input[type=search]");
        for (const text of ["s", "se", "sel", "selk"]) {
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }
        const order = [...document.querySelectorAll("select")].find(({options}) => options[2]?.value === "file");
        order.value = "file"; // what is drawn meanwhile leaves the field as it is
        order.dispatchEvent(new Event("change"));
    }"""
    tab.run(typed)
    tab.expect_texts(["Selk & Sons"])
    expect(tab.frame.get_by_role("searchbox")).to_have_value("selk")
    tab.expect_setting("search=selk")
    assert tab.page.evaluate("delete history.replaceState && writes.filter(one => one.includes('search=')).length") == 1


def test_levels_of_words_and_characters_mark_their_places(tab):
    for level in ("word", "character"):
        tab.show(level=level)
        tab.cell("B-ORG", "B-LOC").click()
        tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
        expect(tab.frame.locator(".mark.focus")).to_have_text(["Ostrel", "Selk"])
        # The name of the error cuts no bar: it stands after all words of the entity.
        expect(tab.frame.locator("p.sentence").nth(1)).to_have_text(re.compile(r"^Selk & Sons.*B-ORG → B-LOC 66%$"))


def test_errors_are_filtered_by_type(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    buttons = tab.frame.get_by_role("group", name="Errors by type").get_by_role("button")
    errors = report["errors"]
    numbers = [
        *(errors["gold"][name] for name in ("type", "boundary", "type_and_boundary", "missed")),
        errors["predicted"]["spurious"],
    ]
    expect(buttons.locator("b")).to_have_text([str(number) for number in numbers])
    buttons.filter(has_text="type").first.click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: type")
    tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
    tab.expect_setting("error=type")
    expect(tab.frame.locator(".chip.wrong").first).to_have_attribute("title", re.compile("error: type$"))
    tab.frame.get_by_label("Error type").select_option("boundary")
    expect(tab.frame.locator("p.sentence")).to_have_count(0)
    tab.cell("LOC", "missed").click()
    tab.frame.get_by_label("Error type").select_option("missed")
    tab.expect_texts(["in Dravin"])


def test_a_slice_opens_its_errors(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    row = tab.frame.locator(".slices tbody tr", has_text="not in training").first
    score = report["slices"]["mention"]["not in training"]
    numbers = [*(f"{score[key]:.3f}" for key in ("f1", "precision", "recall")), str(score["support"])]
    expect(row.locator("th, td")).to_have_text(["not in training", *numbers, "2"])
    expect(row.get_by_role("button")).to_have_attribute("aria-label", re.compile(": 2 sentences$"))
    row.get_by_role("button").click()
    expect(tab.frame.locator(".panel h2")).to_have_text(
        "2 sentences with an error in the slice mention: not in training"
    )
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    expect(tab.frame.locator("p.sentence").first).to_contain_text("Dravin")
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "false")


def test_texts_of_entities_are_sorted_and_open_their_errors(tab):
    rows = tab.frame.locator(".strings tbody tr")
    expect(rows.filter(has_text="Selk").locator("th, td")).to_have_text(
        ["Selk & Sons", "1", "1", "0%", "ORG 1", "LOC 1"]
    )
    tab.frame.get_by_role("button", name="text", exact=True).click()
    expect(tab.frame.locator(".strings [aria-sort=ascending]")).to_have_text("text")
    expect(rows.nth(2)).to_contain_text("Dravin")
    tab.frame.get_by_role("button", name="Selk & Sons").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("“Selk & Sons”: 1 of 1 wrong")
    tab.expect_texts(["Selk & Sons"])
    tab.expect_setting("text=Selk%20%26%20Sons")


def test_the_largest_confusions_open_their_cells_and_escape_closes_them(tab):
    confusions = tab.frame.get_by_role("region", name="Largest confusions")
    expect(confusions.locator("tbody tr").first.locator("th, td")).to_have_text(["ORG → missed", "6", "66.7%", ""])
    wrong_type = confusions.locator("tr", has_text="ORG → LOC").locator("td")
    expect(wrong_type).to_have_text(["2", "22.2%", "50.0%"])
    confusions.get_by_role("button", name="ORG → LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    tab.page.keyboard.press("Escape")
    expect(tab.frame.locator(".panel h2")).to_have_text("4 sentences with a wrong entity")


def test_corpus_text_stays_text_and_in_its_place(tab):
    tab.show(search="script")
    tab.expect_texts([" ".join([*HOSTILE[:-1], "x" * 119 + "…"])])
    assert tab.run("window.hacked") is None
    expect(tab.frame.locator("p.sentence script, p.sentence img")).to_have_count(0)
    scrolls = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    eventually(lambda: tab.run(scrolls), False)
    # no mark turns what follows around
    expect(tab.frame.locator(".card .meta bdi").first).to_have_text("test.txt:16, document 1")


def test_sentences_are_copied_as_columns_and_as_csv(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    panel = tab.frame.locator(".panel")
    tab.run(OPEN_EXPORTS)

    def copied(place):
        button = panel.locator(".tools button").nth(place)
        button.click()
        expect(button).to_have_text("Copied 2")
        return tab.page.evaluate("navigator.clipboard.readText()")

    assert copied(0).splitlines() == [
        *(
            "# sentence 1: test.txt:1, document 1",
            "Ostrel\tB-ORG\tB-LOC\t0.91",
            "beat\tO\tO\t0.90",
            "Ova\tB-LOC\tB-LOC\t0.80",
            "",
        ),
        *(
            "# sentence 5: test.txt:13, document 1",
            "Selk\tB-ORG\tB-LOC\t0.66",
            "&\tI-ORG\tI-LOC\t0.64",
            "Sons\tI-ORG\tI-LOC\t0.62",
        ),
    ]
    assert copied(1).splitlines() == [
        "sentence,location,entity,gold,predicted,confidence,text",
        '1,"test.txt:1, document 1",Ostrel,ORG,LOC,0.91,Ostrel beat Ova',
        '1,"test.txt:1, document 1",Ova,LOC,LOC,0.80,Ostrel beat Ova',
        '5,"test.txt:13, document 1",Selk & Sons,ORG,LOC,0.64,Selk & Sons',
    ]


def test_copying_ends_at_an_empty_page(tab):
    script = """import('/data/plugin/ner/static/model.js').then(({allItems}) =>
        allItems({run: "validation", step: 300}, {query: {}, focus: null, matching: 9}))"""
    three_pages = """(pages => async () => pages++ < 3 ? Response.json({items: []}) : Promise.reject(new Error()))(0)"""
    with tab.answered_by(three_pages):
        assert tab.run(script) == []


def test_a_copy_that_fails_says_why(tab):
    tab.run(OPEN_EXPORTS)
    failing = "async (url, ask) => url.pathname.endsWith('/sentences') ? Promise.reject(new Error()) : ask(url)"
    with tab.answered_by(failing):
        button = tab.frame.locator(".exports button").first
        button.click()
        expect(button).to_have_text(re.compile("^TensorBoard does not answer"))
        expect(button).to_have_text("Copy CoNLL")


def test_listed_sentences_are_saved_as_a_file(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    tab.run(OPEN_EXPORTS)
    with tab.page.expect_download() as saved:
        tab.frame.get_by_role("button", name="Save JSONL").click()
    assert saved.value.suggested_filename == "validation-sentences.jsonl"
    assert len(saved.value.path().read_text(encoding="utf-8").splitlines()) == 2
    expect(tab.frame.get_by_role("button", name="Saved 2")).to_be_visible()


def test_sentences_that_a_saved_file_lacks_are_counted(tab):
    three = """async (url, ask) => {
        const answer = await ask(url);
        if (!url.pathname.endsWith('/download')) return answer;
        return new Response(await answer.blob(), {headers: {...Object.fromEntries(answer.headers), 'x-left-out': '3'}});
    }"""
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    tab.run(OPEN_EXPORTS)
    with tab.answered_by(three):
        button = tab.frame.locator(".exports button").last
        button.click()
        expect(button).to_have_text("Saved 2, left out 3 too long")


def test_words_that_nobody_annotated_are_dotted(tab):
    script = """Promise.all(['entities', 'sentence'].map(name => import(`/data/plugin/ner/static/${name}.js`)))
        .then(([{complete}, {sentenceView}]) => {
            const sentence = complete({n: 0, tokens: ["Ova", "in", "Bay", "won"], gold: [1, 0, 0, 0],
                predicted: [1, 0, 0, 0],
                confidences: [90, 90, 90, 90], annotation: [1, -2, -2, 0]});
            const view = sentenceView(sentence, {labels: ["O", "B-LOC", "I-LOC"], types: ["LOC"]}, null);
            return [...view.querySelectorAll(".unannotated")].map(one => one.textContent).join("");
        })"""
    assert tab.run(script) == "in Bay"


def test_entities_are_numbered_as_they_were_annotated(tab):
    script = """import('/data/plugin/ner/static/entities.js').then(({complete, entitiesOf}) => {
        const sentence = complete({n: 0, first: 7, tokens: ["Ova", "Bay", "Selk", "won"], gold: [0, 0, 1, 0],
            predicted: [0, 0, 1, 0], confidences: [90, 90, 90, 90], annotation: [1, -2, 1, 0]});
        return entitiesOf(sentence, ["O", "B-LOC", "I-LOC"]).map(({start, number}) => [start, number]);
    })"""
    assert tab.run(script) == [[2, 8]], "the first one is undecided"


def test_a_step_at_which_an_entity_is_undecided_counts_neither_as_correct_nor_as_wrong(tab):
    script = """Promise.all(['listing', 'history'].map(name => import(`/data/plugin/ner/static/${name}.js`)))
        .then(async ([{itemsOf}, {histories, historyView}]) => {
            const header = {labels: ["O", "B-LOC"], types: ["LOC"], history: 9};
            const sentence = {n: 0, first: 0, tokens: ["Ova", "Bay"], gold: [1, 0], predicted: [0, 0],
                confidences: [90, 90], annotation: [1, -2]};
            const items = itemsOf({items: [{sentence}]}, {level: "entity", gold: "LOC", predicted: "missed"});
            const of = async step => historyView((await histories("run", step, items, header)).get(0), step);
            return [await of(30), await of(20)].map(view =>
                [view.textContent, ...[...view.querySelectorAll(".square")].map(one => one.className)]);
        })"""
    answer = """async () => Response.json({steps: [10, 20, 30], entities: [[255], [128], [1]], sentences: []})"""
    squares = ["square unknown", "square correct", "square wrong"]
    with tab.answered_by(answer):
        assert tab.run(script) == [
            ["correct at 1 of 1 earlier steps, last at 20", *squares[:2], f"{squares[2]} selected"],
            ["not known whether it was correct before", squares[0], f"{squares[1]} selected", squares[2]],
        ]
