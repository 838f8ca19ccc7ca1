"""Opens pages of figures in a browser and looks at what a reader meets.

python tests/browser/pages.py FOLDER... [--screenshots FOLDER] [--chromium PATH] [--fixture FILE]

For each HTML file: no request, no error, every figure drawn, nothing that axe-core objects to in light and dark at 360 and
1280 pixels, everything readable without JavaScript, no name run as a script, and (with a fixture) the replay of early stopping.
"""

import argparse
import json
import pathlib
import sys

import axe_core_python
from playwright.sync_api import sync_playwright

AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = {"narrow": 360, "wide": 1280}
problems = []


def expect(is_so, page, what):
    if not is_so:
        problems.append(f"{page}: {what}")


def opened(browser, path, **options):
    """The page, and what it asked for and complained about."""
    context = browser.new_context(**options)
    heard = []

    def asked(request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            heard.append(f"request to {request.url}")

    context.on("request", asked)
    page = context.new_page()
    page.on("console", lambda message: heard.append(f"console: {message.text}") if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(path.resolve().as_uri())
    return context, page, heard


def with_script(browser, path, scheme, size, screenshots):
    name = f"{path.stem}-{size}-{scheme}"
    viewport = {"width": WIDTHS[size], "height": 900}
    context, page, heard = opened(browser, path, color_scheme=scheme, viewport=viewport)
    near = page.locator(".main-svg").count()
    plots = page.locator(".plot").count()
    if page.evaluate("!!window.treino"):
        page.evaluate("window.treino.drawAll()")
    page.wait_for_timeout(300)
    undrawn = page.evaluate("[...document.querySelectorAll('.plot')].filter(p => !p.querySelector('.main-svg')).length")
    expect(undrawn == 0, name, f"{undrawn} of {plots} plots are not drawn")
    expect(plots < 12 or near < plots, name, "figures far away are drawn at once")
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    expect(too_wide <= 0, name, f"the page is {too_wide} px wider than the window")
    expect(page.evaluate("window.__hacked") is None, name, "a name was run")
    for details in page.locator("details").all():
        details.evaluate("d => d.open = true")
    page.evaluate(AXE)
    for violation in page.evaluate("axe.run(document)")["violations"]:
        at = violation["nodes"][0]
        summary = f"{len(violation['nodes'])} x {violation['help']}: {at['html'][:200]} {at['failureSummary'][:300]}"
        problems.append(f"{name}: axe {violation['id']}: {summary}")
    if screenshots:
        for details in page.locator("details").all():
            details.evaluate("d => d.open = false")
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
    expect(not heard, name, "; ".join(heard))
    context.close()


def open_solutions(page):
    """What an exercise hides until its question is answered."""
    for summary in page.locator("details.solution > summary").all():
        summary.click()


def answered(browser, path):
    """An answer opens its own solution, and says whether it is right."""
    context, page, heard = opened(browser, path, viewport={"width": 1280, "height": 900})
    for form in page.locator("form.guess").all():
        solution = form.locator("+ details")
        expect(solution.get_attribute("open") is None, path.stem, "a solution is open before its question is answered")
        right = form.get_attribute("data-answer")
        form.locator(f"input[value='{right}']").check()
        expect(form.locator(".says").inner_text() == form.get_attribute("data-right"), path.stem, "the right answer is not told")
        expect(solution.get_attribute("open") is not None, path.stem, "the solution stays closed")
    expect(not heard, path.stem, "; ".join(heard))
    context.close()


def by_keyboard(browser, path):
    """The first stop is the link to the content; switches move their axis."""
    context, page, heard = opened(browser, path, viewport={"width": 1280, "height": 900})
    page.keyboard.press("Tab")
    expect(page.evaluate("document.activeElement.className") == "skip", path.stem, "the first stop is not the skip link")
    open_solutions(page)
    if page.locator(".switches input").count():
        page.evaluate("window.treino.drawAll()")
        box = page.locator(".switches input").first
        axis = "xaxis" if box.get_attribute("data-axis") == "x" else "yaxis"
        find = f"b => b.closest('figure').querySelector('.plot')._fullLayout.{axis}.type"
        before = box.evaluate(find)
        box.focus()
        page.keyboard.press("Space")
        page.wait_for_timeout(200)
        expect(box.evaluate(find) != before, path.stem, "the switch does not move its axis")
    if page.locator(".replay").count():
        says = page.locator(".says").first
        before = says.inner_text()
        # Nothing is better by so much: it stops as early as it may.
        page.locator(".replay input[name=min_delta]").first.fill("1000")
        slider = page.locator(".replay input[name=patience]").first
        slider.focus()
        page.keyboard.press("Home")
        expect(before and says.inner_text() != before, path.stem, "the replay says nothing new")
    expect(not heard, path.stem, "; ".join(heard))
    context.close()


def without_script(browser, path, screenshots):
    name = f"{path.stem}-still"
    context, page, heard = opened(browser, path, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    open_solutions(page)
    figures = page.locator("figure.figure")
    for i in range(figures.count()):
        figure = figures.nth(i)
        expect(figure.locator(".still svg").is_visible(), name, f"figure {i} has no still picture")
        expect(figure.locator("figcaption").inner_text().strip(), name, f"figure {i} has no words")
        if figure.locator("details").count():
            figure.locator("summary").click()
            expect(figure.locator("table").is_visible(), name, f"the table of figure {i} does not show")
    expect(not page.locator(".plot:visible").count(), name, "empty plots take room")
    if screenshots:
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
    expect(not heard, name, "; ".join(heard))
    context.close()


def printed(browser, path, screenshots):
    context, page, heard = opened(browser, path, color_scheme="dark", viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print", color_scheme="dark")
    hidden = page.evaluate("[...document.querySelectorAll('.still')].filter(s => !s.closest('.solution') && !s.checkVisibility()).length")
    expect(hidden == 0, path.stem, f"{hidden} figures are not on paper")
    if screenshots:
        page.pdf(path=screenshots / f"{path.stem}.pdf", format="A4", prefer_css_page_size=True)
    expect(not heard, path.stem, "; ".join(heard))
    context.close()


def replayed(browser, path, fixture):
    """Keras's own histories: after which epoch it stops and which weights remain, epochs from 0."""
    context, page, _ = opened(browser, path)
    if not page.evaluate("!!window.treino"):
        context.close()
        return 0
    cases = json.loads(fixture.read_text())["cases"]
    spelt = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    cases = [case for case in cases if case["error"] is None]
    for case in cases:
        settings = {key: case[key] for key in ("min_delta", "patience", "baseline", "restore_best_weights", "start_from_epoch")}
        is_max = case["mode"] == "max" or case["mode"] == "auto" and "acc" in case["monitor"]
        settings["more_is_better"] = is_max
        got = page.evaluate("([v, s]) => window.treino.replay(v, s)", [[spelt.get(v, v) for v in case["values"]], settings])
        wanted = {"stopped": case["stop_epoch"], "kept": case["weights_epoch"]}
        expect(got == wanted, path.stem, f"replay {case['name']}: {got} where Keras has {wanted}")
    context.close()
    return len(cases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--fixture", type=pathlib.Path)
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    pages = sorted(page for folder in options.folders for page in folder.rglob("*.html"))
    if not pages:
        sys.exit("no page found")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for path in pages:
            for scheme in ("light", "dark"):
                for size in WIDTHS:
                    with_script(browser, path, scheme, size, options.screenshots)
            by_keyboard(browser, path)
            answered(browser, path)
            without_script(browser, path, options.screenshots)
            printed(browser, path, options.screenshots)
            print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
        if options.fixture and options.fixture.exists():
            print(f"{replayed(browser, pages[0], options.fixture)} replays of early stopping")
        browser.close()
    for problem in problems:
        print(problem)
    sys.exit(f"{len(problems)} problems" if problems else 0)


main()
