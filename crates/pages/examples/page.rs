//! A page with a figure of every shape and with hostile names: `cargo run -p treino --example page FOLDER [en|pt]`.
//! Writes `page.html` and each figure as SVG, PNG, CSV, JSON and text into the folder.

use treino::report::Stopping;
use treino_pages::figure::page::{Monitored, PageFinding, PagePart, ReplayData, ReportPage, Section};
use treino_pages::figure::{
    self, Axis, AxisScale, Figure, FigureTable, Mark, MarkPosition, Panel, Series, SeriesShape,
};
use treino_pages::language::Lang;

const HOSTILE: [&str; 4] = [
    "<script>window.__hacked = 1; alert(1)</script>",
    "\"quotes' & <b>bold</b> 🦀",
    "שלום \u{202e}evil",
    "$x^2$ %{y} </script>",
];

fn figure(id: &str, title: &str, words: &str, panels: Vec<Panel>, table: FigureTable) -> Figure {
    let command = format!("treino report runs/example --figure {id}");
    Figure { id: id.into(), title: title.into(), words: vec![words.into()], panels, table, command }
}

fn panel(x: Axis, y: Axis, series: Vec<Series>, marks: Vec<Mark>) -> Panel {
    Panel { x, y, series, marks, ..Panel::default() }
}

fn mark(place: MarkPosition, label: &str) -> Mark {
    Mark { place, label: label.into() }
}

fn curve(epochs: usize, f: impl Fn(f64) -> f64) -> SeriesShape {
    let x: Vec<f64> = (1..=epochs).map(|i| i as f64).collect();
    SeriesShape::Line { y: x.iter().map(|x| f(*x)).collect(), x }
}

fn training(epoch: f64) -> f64 {
    0.32 + 0.4 * 0.93f64.powf(epoch)
}

fn validation(epoch: f64) -> f64 {
    0.44 + 0.3 * 0.9f64.powf(epoch) + 0.00006 * epoch * epoch + 0.006 * ((7.0 * epoch) % 3.0 - 1.0)
}

fn figures() -> Vec<Figure> {
    let mut out = Vec::new();
    let mut table = FigureTable::new(["epoch", "loss", "val_loss"]);
    (1..=60).map(f64::from).for_each(|e| table.row([e.into(), training(e).into(), validation(e).into()]));
    let marks =
        vec![mark(MarkPosition::X(27.0), "best epoch: 27"), mark(MarkPosition::Between(27.0, 47.0), "patience")];
    let series = vec![
        Series::new("training", curve(60, training)),
        Series::new("validation", curve(60, validation)),
        Series::reference("always the share", curve(60, |_| 0.647)),
    ];
    let loss = Axis { can_switch: true, ..Axis::new("log-loss") };
    let words = "The validation loss is lowest after epoch 27 (0.496) and rises from there, while the training loss still falls.";
    out.push(figure("loss", "Loss by epoch", words, vec![panel(Axis::new("epoch"), loss, series, marks)], table));

    let rate = |x: f64| x.powf(0.3);
    let x: Vec<f64> = (0..=20).map(|i| f64::from(i) / 20.0).collect();
    let roc = SeriesShape::Line { y: x.iter().map(|x| rate(*x)).collect(), x: x.clone() };
    let band = SeriesShape::Band {
        low: x.iter().map(|x| (rate(*x) - 0.07).max(0.0)).collect(),
        high: x.iter().map(|x| (rate(*x) + 0.06).min(1.0)).collect(),
        x,
    };
    let chance = Series::reference("guessing", SeriesShape::Line { x: vec![0.0, 1.0], y: vec![0.0, 1.0] });
    let shares = || (Axis::between("false positive rate", 0.0, 1.0), Axis::between("true positive rate", 0.0, 1.0));
    let (across, up) = shares();
    let mut left =
        panel(across, up, vec![Series::new("positive", band), chance.clone(), Series::new("positive", roc)], vec![]);
    left.title = "ROC".into();
    let whiskers = SeriesShape::Whiskers {
        x: vec![0.1, 0.3, 0.5, 0.7, 0.9],
        y: vec![0.08, 0.35, 0.47, 0.74, 0.86],
        low: vec![0.03, 0.22, 0.33, 0.58, 0.7],
        high: vec![0.18, 0.5, 0.61, 0.85, f64::NAN],
    };
    let (across, up) = (Axis::between("predicted", 0.0, 1.0), Axis::between("observed", 0.0, 1.0));
    let mut right =
        panel(across, up, vec![chance, Series::new("positive", whiskers)], vec![mark(MarkPosition::Y(0.647), "share")]);
    right.title = "Calibration".into();
    let mut table = FigureTable::new(["predicted", "observed"]);
    table.row([0.1.into(), 0.08.into()]);
    out.push(figure(
        "roc",
        "Ranking and calibration",
        "The area under the ROC curve is 0.831.",
        vec![left, right],
        table,
    ));

    out.extend(of_classes_and_columns());
    out.extend(of_many_numbers());
    out
}

fn of_classes_and_columns() -> Vec<Figure> {
    let mut out = Vec::new();
    let names: Vec<String> =
        ["negative", "positive"].iter().map(|s| s.to_string()).chain([HOSTILE[0].to_string()]).collect();
    let z = vec![vec![84.0, 16.0, 2.0], vec![20.0, 34.0, 5.0], vec![0.0, 3.0, 41.0]];
    let texts = z.iter().map(|row| row.iter().map(|z| z.to_string()).collect()).collect();
    let cells = Series::new("", SeriesShape::Cells { z, texts });
    let (across, up) = (Axis::names("predicted", names.clone()), Axis::names("true", names));
    out.push(figure(
        "confusion",
        "Confusion matrix",
        "159 of 205 rows are right.",
        vec![panel(across, up, vec![cells], vec![])],
        FigureTable::new(["a"]),
    ));

    let mut names: Vec<String> = HOSTILE.iter().map(|s| s.to_string()).collect();
    names.extend(["glucose".to_string(), "a very long name ".repeat(18)]);
    let rows = SeriesShape::Rows {
        x: vec![0.002, 0.01, -0.004, 0.03, 0.12, 0.05],
        y: (0..6).map(f64::from).collect(),
        spread: vec![0.004; 6],
    };
    let mut table = FigureTable::new(["column", "loss grows by"]);
    names
        .iter()
        .zip([0.002, 0.01, -0.004, 0.03, 0.12, 0.05])
        .for_each(|(name, x)| table.row([name.as_str().into(), x.into()]));
    let across = Axis::new("growth of the loss when shuffled");
    let importance = panel(across, Axis::names("", names), vec![Series::new("", rows)], vec![]);
    out.push(figure("importance", HOSTILE[0], HOSTILE[1], vec![importance], table));

    out
}

fn of_many_numbers() -> Vec<Figure> {
    let mut out = Vec::new();
    let x: Vec<f64> = (0..24).map(|i| -2.875 + 0.25 * f64::from(i)).collect();
    let bars =
        SeriesShape::Bars { y: x.iter().map(|x: &f64| (200.0 * 2f64.powf(-x * x)).round()).collect(), x, width: 0.25 };
    let histogram = panel(
        Axis::new("error (kg)"),
        Axis::new("rows"),
        vec![Series::new("", bars)],
        vec![mark(MarkPosition::X(0.0), "none")],
    );
    out.push(figure(
        "errors",
        "Errors",
        "Half of the errors are below 0.6 kg.",
        vec![histogram],
        FigureTable::new(["a"]),
    ));

    let n = 160;
    let jump = |i: usize, k: usize| ((i * k) % n) as f64 / n as f64;
    let x: Vec<f64> = (0..n).map(|i| 10f64.powf(-4.0 + 4.0 * jump(i, 37))).collect();
    let y = x.iter().enumerate().map(|(i, x)| 0.5 + 0.1 * (x.log10() + 2.5).powi(2) + 0.1 * jump(i, 71)).collect();
    let labels = (0..n).map(|i| HOSTILE[i % 4].to_string()).collect();
    let points = Series::new(HOSTILE[1], SeriesShape::Points { x, y, labels });
    let across = Axis { scale: AxisScale::Log, can_switch: true, ..Axis::new("learning rate") };
    out.push(figure(
        "slice",
        "Loss against learning rate",
        "Best near 0.003.",
        vec![panel(across, Axis::new("loss"), vec![points], vec![])],
        FigureTable::new(["a"]),
    ));
    out
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(args.next().ok_or("which folder?")?);
    let lang = args.next().and_then(|code| Lang::of(&code)).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let figures = figures();
    for drawn in &figures {
        let path = |ending: &str| folder.join(format!("{}.{ending}", drawn.id));
        std::fs::write(path("svg"), figure::svg(drawn, lang))?;
        std::fs::write(path("png"), figure::png(drawn, lang))?;
        std::fs::write(path("csv"), figure::csv(&drawn.table))?;
        std::fs::write(path("json"), figure::json(drawn).to_string())?;
        std::fs::write(path("txt"), figure::terminal(drawn, 80, 15, false, lang))?;
        std::fs::write(path("ascii.txt"), figure::terminal(drawn, 60, 12, true, lang))?;
    }
    let mut table = FigureTable::new(["", "accuracy", "log-loss", HOSTILE[0]]);
    table.row(["training".into(), 0.8052.into(), 0.4126.into(), HOSTILE[2].into()]);
    table.row(["validation".into(), 0.7713.into(), 0.4961.into(), HOSTILE[3].into()]);
    let finding = PageFinding {
        severity: "warning".into(),
        what: "The network learns the training rows by heart.".into(),
        evidence: "From epoch 27 the validation loss rises by 0.08 while the training loss falls by 0.04.".into(),
        command: "treino train pima.csv --target diabetes --dropout 0.3".into(),
        trade: String::new(),
        figure: Some("loss".into()),
    };
    let settings = Stopping::after(10, "val_loss", false);
    let values = (1..=60).map(f64::from).map(|e| Some(validation(e))).collect();
    let monitored = vec![Monitored { name: "val_loss".into(), more_is_better: false, values }];
    let replay = ReplayData { id: "replay".into(), title: "Early stopping".into(), monitored, settings };
    let section = |id: &str, title: &str, parts| Section::new(id, title, parts);
    let mut verdict =
        vec![PagePart::Words(vec!["On rows it has not seen the network is right in 77.1 % of cases.".into()])];
    verdict.extend([PagePart::Table(table, "How good it is".into()), PagePart::Findings(vec![finding])]);
    let again = vec![
        PagePart::Commands(vec!["treino train pima.csv --seed 7".into()]),
        PagePart::Code("[train]\nepochs = 60\n".into()),
    ];
    let page = ReportPage {
        lang,
        title: "diabetes from pima.csv".into(),
        lead: vec!["A network of 193 parameters learnt to tell diabetes from 8 measurements of 768 people. It beats the share of the larger class by 12 points.".into()],
        sections: vec![
            section("verdict", "Verdict", verdict),
            section("figures", HOSTILE[1], figures.into_iter().map(PagePart::Figure).collect()),
            section("stopping", "When to stop", vec![PagePart::Replay(replay)]),
            section("again", "Again", again),
        ],
    };
    std::fs::write(folder.join("page.html"), page.html())?;
    Ok(())
}
