//! Panels as Plotly's traces and layouts. The colours of paper, text and grid are the page's: its script adds them.

use super::style::{self, CELLS, Span, bounds, colour, short, turns};
use super::{Axis, Figure, Panel, Place, Scale, Shape};
use crate::language::Lang;
use plotly::common::{
    Anchor, ColorScale, ColorScaleElement, DashType, ErrorData, ErrorType, Fill, Font, HoverInfo, Line, Marker,
    MarkerSymbol, Mode, Orientation, Title,
};
use plotly::layout::{
    Annotation, Axis as PlotlyAxis, AxisType, HoverMode, Layout, Legend, Margin, Shape as Drawn, ShapeLayer, ShapeLine,
    ShapeType,
};
use plotly::{Bar, HeatMap, Scatter};
use serde_json::{Value, json};

const DASHES: [DashType; 6] =
    [DashType::Solid, DashType::Dash, DashType::DashDot, DashType::LongDash, DashType::Dot, DashType::LongDashDot];
const MARKERS: [MarkerSymbol; 6] = [
    MarkerSymbol::Circle,
    MarkerSymbol::Square,
    MarkerSymbol::Diamond,
    MarkerSymbol::TriangleUp,
    MarkerSymbol::Cross,
    MarkerSymbol::X,
];
/// Cells that get their texts.
const TEXTS: usize = 900;

/// For each panel `{"data": [trace, ...], "layout": {...}}`, as Plotly takes them. The panel's title stands over it in the page.
pub fn plotly(figure: &Figure, lang: Lang) -> Value {
    figure.panels.iter().map(|panel| self::panel(panel, lang)).collect()
}

fn panel(panel: &Panel, lang: Lang) -> Value {
    let mut data = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        let is_listed = !series.name.is_empty() && !named.contains(&series.name.as_str());
        named.push(&series.name);
        let look = Look { name: plain(&series.name, 60), is_listed, turn };
        data.extend(traces(&series.shape, &look));
    }
    let is_listed = named.iter().any(|name| !name.is_empty());
    let spans = Span::of(panel);
    let mut layout = Layout::new()
        .show_legend(is_listed)
        .auto_size(true)
        .margin(Margin::new().left(56).right(16).top(if is_listed { 44 } else { 24 }).bottom(52).auto_expand(true))
        .hover_mode(HoverMode::Closest)
        .separators(if lang == Lang::Portuguese { ",." } else { ".," })
        .legend(
            Legend::new()
                .orientation(Orientation::Horizontal)
                .x(0.0)
                .x_anchor(Anchor::Left)
                .y(1.02)
                .y_anchor(Anchor::Bottom),
        )
        .x_axis(axis(&panel.x, false))
        .y_axis(axis(&panel.y, true));
    // A long legend takes its room from nobody.
    if let more @ 1.. = style::listed(panel).saturating_sub(4) {
        layout = layout.height(360 + 16 * more);
    }
    for series in &panel.series {
        if let Shape::Cells { z, texts } = &series.shape {
            for text in cell_texts(z, texts) {
                layout.add_annotation(text);
            }
        }
    }
    for (i, mark) in panel.marks.iter().enumerate() {
        let (shape, text) = self::mark(mark.place, &plain(&mark.label, 60), i, panel, spans);
        layout.add_shape(shape);
        layout.add_annotation(text);
    }
    json!({ "data": data, "layout": layout })
}

/// Names are nobody's markup: Plotly would read tags in them.
fn plain(text: &str, most: usize) -> String {
    short(text, most).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

struct Look {
    name: String,
    is_listed: bool,
    turn: Option<usize>,
}

impl Look {
    fn colour(&self) -> &'static str {
        colour(self.turn)
    }

    fn symbol(&self) -> MarkerSymbol {
        MARKERS[self.turn.unwrap_or(0) % MARKERS.len()].clone()
    }

    fn line(&self) -> Line {
        let (width, dash) = self.turn.map_or((1.0, DashType::Dot), |i| (2.0, DASHES[style::dash(i)].clone()));
        Line::new().color(self.colour()).width(width).dash(dash)
    }
}

fn finite(x: &[f64]) -> Vec<Option<f64>> {
    x.iter().map(|x| x.is_finite().then_some(*x)).collect()
}

fn traces(shape: &Shape, look: &Look) -> Vec<Value> {
    let scatter = |x: &[f64], y: &[f64]| {
        Scatter::new(finite(x), finite(y)).name(&look.name).show_legend(look.is_listed).legend_group(&look.name)
    };
    match shape {
        Shape::Line { x, y } => {
            // A few points show their markers; many are a line.
            let is_marked = look.turn.is_some() && x.len() <= 40;
            let mode = if is_marked { Mode::LinesMarkers } else { Mode::Lines };
            let marker = Marker::new().size(6).symbol(look.symbol()).color(look.colour());
            vec![json!(scatter(x, y).mode(mode).line(look.line()).marker(marker))]
        }
        Shape::Points { x, y, labels } => {
            let marker = Marker::new().size(8).symbol(look.symbol()).color(look.colour()).opacity(0.75);
            let points = scatter(x, y).mode(Mode::Markers).marker(marker);
            let labels: Vec<String> = labels.iter().map(|label| plain(label, 120)).collect();
            vec![json!(if labels.is_empty() {
                points
            } else {
                points.hover_text_array(labels).hover_info(HoverInfo::Text)
            })]
        }
        Shape::Whiskers { x, y, low, high } => {
            let away = |ends: &[f64]| {
                y.iter().zip(ends).map(|(y, e)| (y - e).abs()).map(|d| if d.is_finite() { d } else { 0.0 }).collect()
            };
            let error = ErrorData::new(ErrorType::Data).array(away(high)).array_minus(away(low)).symmetric(false);
            let error = error.color(look.colour()).thickness(1.5).width(4);
            let marker = Marker::new().size(8).symbol(look.symbol()).color(look.colour());
            vec![json!(scatter(x, y).mode(Mode::Markers).marker(marker).error_y(error))]
        }
        Shape::Band { x, low, high } => {
            let is_whole = |i: &usize| [x, low, high].iter().all(|v| v.get(*i).is_some_and(|v| v.is_finite()));
            let there: Vec<usize> = (0..x.len()).filter(is_whole).collect();
            let of = |v: &[f64]| there.iter().map(|i| v[*i]).collect::<Vec<_>>();
            let bare = || Line::new().width(0.0).color(look.colour());
            let upper = scatter(&of(x), &of(high))
                .mode(Mode::Lines)
                .line(bare())
                .show_legend(false)
                .hover_info(HoverInfo::Skip);
            let lower = scatter(&of(x), &of(low)).mode(Mode::Lines).line(bare()).fill(Fill::ToNextY);
            vec![json!(upper), json!(lower.fill_color(clear(look.colour())).hover_info(HoverInfo::Skip))]
        }
        Shape::Bars { x, y, width } => {
            let bars = Bar::new(finite(x), finite(y)).name(&look.name).show_legend(look.is_listed).width(*width);
            vec![json!(bars.marker(Marker::new().color(look.colour()).opacity(0.8)))]
        }
        Shape::Rows { x, y, spread } => {
            let bars = Bar::new(finite(x), finite(y)).name(&look.name).show_legend(look.is_listed).width(0.7);
            let bars =
                bars.orientation(Orientation::Horizontal).marker(Marker::new().color(look.colour()).opacity(0.8));
            if spread.is_empty() {
                return vec![json!(bars)];
            }
            let spread = spread.iter().map(|s| if s.is_finite() { *s } else { 0.0 }).collect();
            let error = ErrorData::new(ErrorType::Data).array(spread).thickness(1.5).width(4).color(style::GREY);
            vec![json!(bars.error_x(error))]
        }
        Shape::Cells { z, .. } => {
            let columns = z.iter().map(Vec::len).max().unwrap_or(0);
            let places = |n: usize| (0..n).map(|i| i as f64).collect::<Vec<_>>();
            let scale = [0, 1, 2].map(|i| ColorScaleElement(i as f64 / 2.0, rgb(CELLS[i])));
            let z_finite: Vec<_> = z.iter().map(|row| finite(row)).collect();
            let map = HeatMap::new(places(columns), places(z.len()), z_finite).name(&look.name);
            vec![json!(map.color_scale(ColorScale::Vector(scale.to_vec())).show_scale(false))]
        }
    }
}

fn rgb([r, g, b]: [u8; 3]) -> String {
    format!("rgb({r},{g},{b})")
}

/// A colour that what lies behind it shines through.
fn clear(colour: &str) -> String {
    format!("{colour}33")
}

fn cell_texts(z: &[Vec<f64>], texts: &[Vec<String>]) -> Vec<Annotation> {
    let range = bounds(z.iter().flatten());
    let mut out = Vec::new();
    for (r, row) in texts.iter().enumerate().take(z.len()) {
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let Some(z) = z[r].get(c).filter(|z| z.is_finite()) else { continue };
            let ink = if style::shade(*z, range).0 > 0.45 { "#ffffff" } else { "#1a1a1a" };
            let text = Annotation::new().text(plain(text, 24)).x(c as f64).y(r as f64).x_ref("x").y_ref("y");
            out.push(text.show_arrow(false).font(Font::new().color(ink)));
        }
    }
    out.truncate(TEXTS);
    out
}

fn axis(axis: &Axis, is_up: bool) -> PlotlyAxis {
    let mut out = PlotlyAxis::new().auto_margin(true).zero_line(false).title(Title::with_text(plain(&axis.title, 80)));
    match &axis.scale {
        Scale::Linear => out = out.type_(AxisType::Linear),
        Scale::Log => out = out.type_(AxisType::Log),
        Scale::Names(names) => {
            let most = if is_up { 28 } else { 18 };
            let texts: Vec<String> = names.iter().map(|name| plain(name, most)).collect();
            out =
                out.type_(AxisType::Linear).tick_values((0..names.len()).map(|i| i as f64).collect()).tick_text(texts);
            out = out.show_grid(false).range(vec![-0.5, names.len().max(1) as f64 - 0.5]);
        }
    }
    match (axis.range, &axis.scale) {
        (Some([low, high]), Scale::Log) if low > 0.0 && high > low => out.range(vec![low.log10(), high.log10()]),
        (Some([low, high]), Scale::Linear | Scale::Names(_)) if high > low => out.range(vec![low, high]),
        _ => out,
    }
}

fn mark(place: Place, label: &str, i: usize, panel: &Panel, spans: [Span; 2]) -> (Drawn, Annotation) {
    let line = || ShapeLine::new().color(style::GREY).width(1.5).dash(DashType::Dash);
    let strip = || Drawn::new().x_ref("x").y_ref("paper").y0(0.0).y1(1.0);
    // Plotly wants logarithms for texts, and for nothing else.
    let at = |x: f64, scale: &Scale| if *scale == Scale::Log { x.log10() } else { x };
    let text = Annotation::new().text(label).show_arrow(false).font(Font::new().size(12));
    let across = |text: Annotation, x: f64| {
        let is_right = spans[0].held(x).is_some_and(|share| share > 0.7);
        let anchor = if is_right { Anchor::Right } else { Anchor::Left };
        let text = text.x(at(x, &panel.x.scale)).x_ref("x").x_anchor(anchor).x_shift(if is_right { -4.0 } else { 4.0 });
        text.y(1.0).y_ref("paper").y_anchor(Anchor::Top).y_shift(-16.0 * (i % 4) as f64)
    };
    match place {
        Place::X(x) => (strip().shape_type(ShapeType::Line).x0(x).x1(x).line(line()), across(text, x)),
        Place::Y(y) => {
            let shape = Drawn::new().shape_type(ShapeType::Line).x_ref("paper").y_ref("y").x0(0.0).x1(1.0).y0(y).y1(y);
            let text = text.x(1.0).x_ref("paper").x_anchor(Anchor::Right);
            (shape.line(line()), text.y(at(y, &panel.y.scale)).y_ref("y").y_anchor(Anchor::Bottom))
        }
        Place::Between(a, b) => {
            let shape = strip().shape_type(ShapeType::Rect).x0(a).x1(b).fill_color(style::GREY).opacity(0.15);
            (shape.layer(ShapeLayer::Below).line(ShapeLine::new().width(0.0)), across(text, a))
        }
    }
}
