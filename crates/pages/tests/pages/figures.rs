//! Figures drawn every way: what stands in the files, what a page asks for, and that nobody's name is run.

use serde_json::json as value;
use std::io::Read;
use treino_pages::figure::page::{PagePart, ReportPage, Section};
use treino_pages::figure::{
    Axis, AxisScale, Figure, FigureCell, FigureTable, Mark, MarkPosition, Panel, Series, SeriesShape, csv, json,
    plotly, png, svg, terminal,
};
use treino_pages::language::Lang;

const HOSTILE: &str = "<script>alert(1)</script> \"'& 🦀 \u{202e}";

fn shapes() -> Vec<(&'static str, SeriesShape)> {
    let v = || vec![1.0, f64::NAN, 3.0];
    vec![
        ("line", SeriesShape::Line { x: v(), y: v() }),
        ("points", SeriesShape::Points { x: v(), y: v(), labels: vec![HOSTILE.into(); 3] }),
        ("whiskers", SeriesShape::Whiskers { x: v(), y: v(), low: v(), high: vec![2.0, f64::INFINITY, 4.0] }),
        ("band", SeriesShape::Band { x: v(), low: v(), high: v() }),
        ("bars", SeriesShape::Bars { x: v(), y: v(), width: 1.0 }),
        ("rows", SeriesShape::Rows { x: v(), y: v(), spread: v() }),
        ("cells", SeriesShape::Cells { z: vec![v(), v()], texts: vec![vec![HOSTILE.into(); 3]; 2] }),
    ]
}

fn figure(shape: SeriesShape) -> Figure {
    let mut table = FigureTable::new([HOSTILE, "b"]);
    table.row([FigureCell::Number(0.1 + 0.2), HOSTILE.into()]);
    let marks = vec![
        Mark { place: MarkPosition::X(1.5), label: HOSTILE.into() },
        Mark { place: MarkPosition::Y(2.0), label: "y".into() },
        Mark { place: MarkPosition::Between(1.0, 2.0), label: "between".into() },
    ];
    let y = Axis { can_switch: true, ..Axis::new(HOSTILE) };
    let x = Axis::names("x", vec![HOSTILE.into(), "x".repeat(300), String::new()]);
    let series = vec![Series::new(HOSTILE, shape.clone()), Series::reference("with", shape)];
    let panel = Panel { title: HOSTILE.into(), x, y, series, marks, ..Panel::default() };
    let (title, words, command) = (HOSTILE.to_string(), vec![HOSTILE.to_string()], HOSTILE.to_string());
    Figure { id: "figure".into(), title, words, panels: vec![panel], table, command }
}

#[test]
fn plotly_gets_a_trace_of_its_kind() {
    let kinds = ["scatter", "scatter", "scatter", "scatter", "bar", "bar", "bar"];
    for ((name, shape), kind) in shapes().into_iter().zip(kinds) {
        let drawn = plotly(&figure(shape), Lang::English);
        let panel = &drawn[0];
        assert_eq!(panel["data"][0]["type"], kind, "{name}");
        assert_eq!(panel["data"].as_array().unwrap().len(), if name == "band" { 4 } else { 2 }, "{name}");
        assert_eq!(panel["layout"]["shapes"].as_array().unwrap().len(), 3);
        assert!(!drawn.to_string().contains("<script"), "{name}: Plotly would read a tag");
        let colours = drawn.to_string();
        assert!(name == "cells" || colours.contains("#0072B2") && colours.contains("#767676"), "{name}");
    }
    let line = plotly(&figure(shapes().remove(0).1), Lang::Portuguese);
    assert_eq!(line[0]["data"][0]["y"], serde_json::json!([1.0, null, 3.0]), "a gap");
    assert_eq!(line[0]["layout"]["separators"], ",.");
    assert_eq!(line[0]["data"][0]["line"]["dash"], "solid");
    assert_eq!(line[0]["data"][1]["line"]["dash"], "dot", "a reference");
}

#[test]
fn cells_are_bars_that_float() {
    let drawn = plotly(&figure(shapes().remove(6).1), Lang::English);
    let cells = &drawn[0]["data"][0];
    // Two rows of three, less the column that is not a number.
    assert_eq!(cells["x"], value!([0, 2, 0, 2]));
    assert_eq!(cells["base"], value!([-0.5, -0.5, 0.5, 0.5]));
    assert_eq!((&cells["y"], &cells["width"], &cells["offset"]), (&value!(vec![1; 4]), &value!(1), &value!(-0.5)));
    // From the lightest to the darkest.
    assert_eq!(cells["marker"]["color"], value!(["#eef4fa", "#08306b", "#eef4fa", "#08306b"]));
    assert_eq!(drawn[0]["layout"]["annotations"].as_array().unwrap().len(), 8 + 3, "texts in cells and at marks");
}

#[test]
fn a_range_on_a_logarithmic_axis_is_one_of_logarithms() {
    let mut figure = figure(shapes().remove(0).1);
    figure.panels[0].y = Axis { scale: AxisScale::Log, range: Some([0.01, 100.0]), ..Axis::default() };
    let axis = &plotly(&figure, Lang::English)[0]["layout"]["yaxis"];
    assert_eq!((&axis["type"], &axis["range"]), (&"log".into(), &serde_json::json!([-2.0, 2.0])));
}

/// Whether every element that is opened is closed, in order, and no sign is left bare.
fn is_well_formed(xml: &str) -> bool {
    let (mut open, mut rest) = (Vec::new(), xml);
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>').map(|end| at + end) else { return false };
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        match tag.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            Some(_) => {}
            None if tag.ends_with('/') || tag.starts_with('!') => {}
            None => open.push(tag.split(' ').next().unwrap_or_default()),
        }
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        let is_entity = |part: &str| ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| part.starts_with(e));
        if !text.split('&').skip(1).all(is_entity) {
            return false;
        }
    }
    open.is_empty()
}

#[test]
fn pictures_are_whole() {
    for (name, shape) in shapes() {
        let figure = figure(shape);
        let drawn = svg(&figure, Lang::English);
        assert!(drawn.starts_with("<svg ") && is_well_formed(&drawn), "{name}: {drawn}");
        assert!(!drawn.contains("<script") && !drawn.contains("NaN") && !drawn.contains("inf"), "{name}: {drawn}");
        assert_eq!(drawn, svg(&figure, Lang::English));
        let png = png(&figure, Lang::Portuguese);
        assert!(png.starts_with(b"\x89PNG") && png.len() > 1000, "{name}");
    }
}

#[test]
fn terminals_of_every_width() {
    for (name, shape) in shapes() {
        for width in [40, 80] {
            let drawn = terminal(&figure(shape.clone()), width, 12, false, Lang::English);
            assert!(drawn.lines().all(|line| line.chars().count() <= width), "{name} at {width}:\n{drawn}");
            let plain = terminal(&figure(shape.clone()), width, 12, true, Lang::English);
            assert!(plain.is_ascii() && plain.lines().count() > 4, "{name}:\n{plain}");
        }
    }
    let rise = SeriesShape::Line { x: vec![0.0, 10.0], y: vec![0.0, 10.0] };
    let mut figure = figure(rise);
    figure.panels =
        vec![Panel { series: vec![Series::new("", figure.panels[0].series[0].shape.clone())], ..Panel::default() }];
    let drawn = terminal(&figure, 40, 10, true, Lang::English);
    let columns: Vec<usize> = drawn.lines().filter(|l| l.contains('|')).filter_map(|l| l.rfind('*')).collect();
    assert!(columns.len() > 8 && columns.is_sorted_by(|a, b| a > b), "a line that rises: {drawn}");
}

#[test]
fn files_hold_everything() {
    let mut table = FigureTable::new(["a,b", "c\"d"]);
    table.row([FigureCell::Number(0.1 + 0.2), "line\nbreak".into()]);
    table.row([FigureCell::Empty, FigureCell::Number(-1e-300)]);
    let small = csv(&table);
    assert!(small.starts_with("\"a,b\",\"c\"\"d\"\r\n0.30000000000000004,\"line\nbreak\"\r\n,-0.000"), "{small}");
    assert_eq!(csv(&FigureTable::new(["a"])), "a\r\n");
    for (name, shape) in shapes() {
        let figure = figure(shape);
        let value = json(&figure);
        assert_eq!(value["panels"][0]["series"][0]["shape"], name);
        assert_eq!(value["title"], HOSTILE);
        assert_eq!(value["table"]["rows"][0][0].as_f64(), Some(0.1 + 0.2));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&value.to_string()).unwrap(), value);
    }
}

/// The script that follows the first line, packed with gzip and written in base 64.
fn unpacked(plotly: &str) -> String {
    let packed = plotly.split_once('\n').and_then(|(_, rest)| rest.split_once("</script>")).expect("a second line").0;
    let digits: Vec<u8> = packed.trim_end_matches('=').bytes().map(digit).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let number = four.iter().fold(0, |all, digit| all << 6 | u32::from(*digit)) << (6 * (4 - four.len()));
        number.to_be_bytes()[1..four.len()].to_vec()
    });
    let mut script = String::new();
    flate2::read::GzDecoder::new(&bytes.collect::<Vec<u8>>()[..]).read_to_string(&mut script).expect("a whole file");
    script
}

fn digit(sign: u8) -> u8 {
    match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("no digit of base 64"),
    }
}

#[test]
fn a_page_asks_for_nothing() {
    let parts: Vec<PagePart> = (0..30)
        .map(|i| {
            let figure = figure(shapes()[i % 7].1.clone());
            PagePart::Figure(Figure { id: format!("figure-{i}"), ..figure })
        })
        .collect();
    let section = Section::new("s", HOSTILE, parts);
    for lang in Lang::ALL {
        let page =
            ReportPage { lang, title: HOSTILE.into(), lead: vec![HOSTILE.into()], sections: vec![section.clone()] };
        let html = page.html();
        assert!(html.len() < 1_000_000 && html.contains(&format!("<html lang=\"{}\">", lang.tag())));
        let (head, rest) =
            html.split_once("<script type=\"text/plain\" id=\"plotly\">plotly.js ").expect("Plotly is there");
        assert!(rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.contains(">plotly.js "), "its version, once");
        let script = unpacked(rest);
        assert!(script.contains("Licensed under the MIT license"));
        for kind in ["scatter", "bar"] {
            assert!(script.contains(&format!("moduleType:\"trace\",name:\"{kind}\"")), "{kind}");
        }
        for asks in [" src=", "href=\"http", "url(", "@import", "<script>alert"] {
            assert!(!head.contains(asks), "{asks}");
        }
        // Elements of the page: its mark, data of 30 figures, Plotly, its own script.
        assert_eq!(html.matches("</script>").count(), 1 + 30 + 2);
        assert_eq!(html.matches("<svg ").count(), html.matches("</svg>").count());
        assert!(html.contains(&lang.page_data()));
    }
}

#[test]
fn a_page_without_figures_has_no_script_of_plotly() {
    let section = Section::new("s", "t", vec![PagePart::Code("a < b".into())]);
    let page = ReportPage { lang: Lang::English, title: "t".into(), lead: vec![], sections: vec![section] };
    assert!(page.html().len() < 20_000 && page.html().contains("a &#60; b"));
}

/// A year has no marks between thousands, a price has; neither is written as a power of ten.
#[test]
fn axes_are_in_readers_units() {
    let axis = |high: f64| {
        let x = Axis { range: Some([0.0, high]), ..Axis::new("x") };
        let series = vec![Series::new("a", SeriesShape::Line { x: vec![0.0, high], y: vec![0.0, 1.0] })];
        let figure = Figure { panels: vec![Panel { x, series, ..Panel::default() }], ..blank(&[]) };
        treino_pages::figure::plotly(&figure, Lang::English)[0]["layout"]["xaxis"].clone()
    };
    let of = |high: f64| (axis(high)["exponentformat"].clone(), axis(high)["separatethousands"].clone());
    assert_eq!(of(2_010.0), ("none".into(), false.into()));
    assert_eq!(of(700_000.0), ("none".into(), true.into()));
    assert_eq!(of(5e9), ("power".into(), true.into()));
    assert_eq!(of(1e-5), ("power".into(), false.into()));
}

/// A figure of bars.
fn blank(heights: &[f64]) -> Figure {
    let x = (0..heights.len()).map(|at| at as f64).collect();
    let bars = Series::new("bars", SeriesShape::Bars { x, y: heights.to_vec(), width: 1.0 });
    Figure {
        id: "f".into(),
        title: "t".into(),
        words: vec!["w".into()],
        panels: vec![Panel { series: vec![bars], ..Panel::default() }],
        table: FigureTable::default(),
        command: String::new(),
    }
}

#[test]
fn bars_of_no_height_are_no_picture() {
    assert!(blank(&[0.0, 0.0]).is_blank() && !blank(&[0.0, 0.1]).is_blank());
}

#[test]
fn the_units_of_a_roc_curve_are_as_long_on_both_axes() {
    let figure = Figure { panels: vec![Panel { is_square: true, ..blank(&[1.0]).panels.remove(0) }], ..blank(&[]) };
    let layout = treino_pages::figure::plotly(&figure, Lang::English)[0]["layout"].clone();
    assert_eq!(
        (layout["yaxis"]["scaleanchor"].clone(), layout["xaxis"]["constrain"].clone()),
        ("x".into(), "domain".into())
    );
}
