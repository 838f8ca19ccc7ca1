//! Panels as Plotly's traces and layouts. The colours of paper, text and grid are the page's: its script adds them.

use super::style::{self, Extent, bounds, colour, short, turns};
use super::{Axis, AxisScale, Figure, MarkPosition, Panel, SeriesShape};
use crate::language::Lang;
use serde_json::{Value, json};

const DASHES: [&str; 6] = ["solid", "dash", "dashdot", "longdash", "dot", "longdashdot"];
const MARKERS: [&str; 6] = ["circle", "square", "diamond", "triangle-up", "cross", "x"];
/// The largest number of cells with texts.
const TEXTS: usize = 900;

/// For each panel `{"data": [trace, ...], "layout": {...}}`, in Plotly's format. The page shows the panel's title above
/// it.
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
        data.extend(traces(&series.shape, &look, panel));
    }
    let is_listed = named.iter().any(|name| !name.is_empty());
    let spans = Extent::of(panel);
    let mut texts: Vec<Value> = Vec::new();
    for series in &panel.series {
        if let SeriesShape::Cells { z, texts: inside } = &series.shape {
            texts.extend(cell_texts(z, inside));
        }
    }
    let mut shapes = Vec::new();
    for (i, mark) in panel.marks.iter().enumerate() {
        let (shape, text) = self::mark(mark.place, &plain(&mark.label, 60), i, panel, spans);
        shapes.push(shape);
        texts.push(text);
    }
    let mut layout = json!({
        "showlegend": is_listed,
        "autosize": true,
        "margin": { "l": 56, "r": 16, "t": if is_listed { 44 } else { 24 }, "b": 52, "autoexpand": true },
        "hovermode": "closest",
        "separators": if lang == Lang::Portuguese { ",." } else { ".," },
        "legend": { "orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom" },
        "xaxis": axis(&panel.x, false, spans[0]),
        "yaxis": axis(&panel.y, true, spans[1]),
        "shapes": shapes,
        "annotations": texts,
    });
    // A long legend increases the height instead of shrinking the frame.
    if let more @ 1.. = style::listed(panel).saturating_sub(4) {
        layout["height"] = json!(360 + 16 * more);
    }
    if panel.is_square {
        layout["yaxis"]["scaleanchor"] = json!("x");
        for axis in ["xaxis", "yaxis"] {
            layout[axis]["constrain"] = json!("domain");
        }
        layout["xaxis"]["constraintoward"] = json!("left");
        layout["yaxis"]["constraintoward"] = json!("top");
        layout["height"] = json!(SQUARE);
    }
    json!({ "data": data, "layout": layout })
}

/// Names are not markup: Plotly would interpret tags in them.
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

    fn marker(&self, size: u8) -> Value {
        json!({ "symbol": MARKERS[self.turn.unwrap_or(0) % MARKERS.len()], "size": size, "color": self.colour() })
    }

    fn line(&self) -> Value {
        let (width, dash) = self.turn.map_or((1, "dot"), |i| (2, DASHES[style::dash(i)]));
        json!({ "color": self.colour(), "width": width, "dash": dash })
    }
}

fn finite(x: &[f64]) -> Vec<Option<f64>> {
    x.iter().map(|x| x.is_finite().then_some(*x)).collect()
}

/// An object with additional keys.
fn with(mut object: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

fn traces(shape: &SeriesShape, look: &Look, panel: &Panel) -> Vec<Value> {
    let trace = |kind: &str, x: &[f64], y: &[f64]| json!({ "type": kind, "x": finite(x), "y": finite(y), "name": look.name, "showlegend": look.is_listed });
    let scatter = |x: &[f64], y: &[f64], mode: &str| {
        with(trace("scatter", x, y), json!({ "legendgroup": look.name, "mode": mode }))
    };
    let bars = json!({ "color": look.colour(), "opacity": 0.8 });
    match shape {
        SeriesShape::Line { x, y } => {
            // A line with few points has markers; one with many does not.
            let is_marked = look.turn.is_some() && x.len() <= 40;
            let line = scatter(x, y, if is_marked { "lines+markers" } else { "lines" });
            vec![with(line, json!({ "line": look.line(), "marker": look.marker(6) }))]
        }
        SeriesShape::Points { x, y, labels } => {
            let marker = with(look.marker(8), json!({ "opacity": 0.75 }));
            let points = with(scatter(x, y, "markers"), json!({ "marker": marker }));
            let labels: Vec<String> = labels.iter().map(|label| plain(label, 120)).collect();
            let hover = if labels.is_empty() { json!({}) } else { json!({ "hovertext": labels, "hoverinfo": "text" }) };
            vec![with(points, hover)]
        }
        SeriesShape::Whiskers { x, y, low, high } => {
            let away = |ends: &[f64]| {
                let lengths = y.iter().zip(ends).map(|(y, e)| (y - e).abs());
                lengths.map(|d| if d.is_finite() { d } else { 0.0 }).collect::<Vec<f64>>()
            };
            let ends = json!({ "array": away(high), "arrayminus": away(low), "symmetric": false });
            let error = with(error_bars(look.colour()), ends);
            vec![with(scatter(x, y, "markers"), json!({ "marker": look.marker(8), "error_y": error }))]
        }
        SeriesShape::Band { x, low, high } => {
            let is_whole = |i: &usize| [x, low, high].iter().all(|v| v.get(*i).is_some_and(|v| v.is_finite()));
            let there: Vec<usize> = (0..x.len()).filter(is_whole).collect();
            let of = |v: &[f64]| there.iter().map(|i| v[*i]).collect::<Vec<_>>();
            let bare = json!({ "line": { "width": 0, "color": look.colour() }, "hoverinfo": "skip" });
            let upper = with(scatter(&of(x), &of(high), "lines"), bare.clone());
            let lower = with(scatter(&of(x), &of(low), "lines"), bare);
            let fill = json!({ "fill": "tonexty", "fillcolor": clear(look.colour()) });
            vec![with(upper, json!({ "showlegend": false })), with(lower, fill)]
        }
        SeriesShape::Bars { x, y, width } => vec![with(trace("bar", x, y), json!({ "width": width, "marker": bars }))],
        SeriesShape::Rows { x, y, spread } => {
            let rows = with(trace("bar", x, y), json!({ "width": 0.7, "orientation": "h", "marker": bars }));
            if spread.is_empty() {
                return vec![rows];
            }
            let spread: Vec<f64> = spread.iter().map(|s| if s.is_finite() { *s } else { 0.0 }).collect();
            vec![with(rows, json!({ "error_x": with(error_bars(style::GREY), json!({ "array": spread })) }))]
        }
        SeriesShape::Cells { z, texts } => vec![with(cells(z, texts, panel), json!({ "name": look.name }))],
    }
}

fn error_bars(colour: &str) -> Value {
    json!({ "type": "data", "color": colour, "thickness": 1.5, "width": 4 })
}

/// Cells as bars of height 1 with hover texts: Plotly's small bundle has no heat maps.
fn cells(z: &[Vec<f64>], texts: &[Vec<String>], panel: &Panel) -> Value {
    let (mut x, mut base, mut shades, mut hover) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let range = bounds(z.iter().flatten());
    let name = |axis: &Axis, at: usize| match &axis.scale {
        AxisScale::Names(names) => plain(names.get(at).map_or("", |name| name), 40),
        _ => at.to_string(),
    };
    let titled = |axis: &Axis, at: usize| match plain(&axis.title, 40) {
        title if title.is_empty() => name(axis, at),
        title => format!("{title}: {}", name(axis, at)),
    };
    for (r, row) in z.iter().enumerate() {
        for (c, z) in row.iter().enumerate().filter(|(_, z)| z.is_finite()) {
            x.push(c);
            base.push(r as f64 - 0.5);
            let [red, green, blue] = style::shade(*z, range).1;
            shades.push(format!("#{red:02x}{green:02x}{blue:02x}"));
            let text = texts.get(r).and_then(|row| row.get(c)).map_or(String::new(), |text| plain(text, 40));
            hover.push(format!("{}<br>{}<br><b>{text}</b>", titled(&panel.y, r), titled(&panel.x, c)));
        }
    }
    json!({
        "type": "bar", "x": x, "y": vec![1; x.len()], "base": base, "width": 1, "offset": -0.5, "marker": { "color": shades }, "showlegend": false,
        "hovertext": hover, "hoverinfo": "text",
    })
}

/// A semi-transparent colour.
fn clear(colour: &str) -> String {
    format!("{colour}33")
}

fn cell_texts(z: &[Vec<f64>], texts: &[Vec<String>]) -> Vec<Value> {
    let range = bounds(z.iter().flatten());
    let mut out = Vec::new();
    for (r, row) in texts.iter().enumerate().take(z.len()) {
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let Some(z) = z[r].get(c).filter(|z| z.is_finite()) else { continue };
            let ink = if style::shade(*z, range).0 > 0.45 { "#ffffff" } else { "#1a1a1a" };
            let place = json!({ "x": c, "y": r, "xref": "x", "yref": "y", "showarrow": false });
            out.push(with(place, json!({ "text": plain(text, 24), "font": { "color": ink } })));
        }
    }
    out.truncate(TEXTS);
    out
}

/// The height of a square panel with its texts, in pixels.
const SQUARE: u32 = 440;

/// Characters of names that fit below an axis side by side.
const SIDE_BY_SIDE: usize = 44;

fn axis(axis: &Axis, is_up: bool, span: Extent) -> Value {
    let mut out = json!({
        "type": if axis.scale == AxisScale::Log { "log" } else { "linear" },
        "title": { "text": plain(&axis.title, 80) }, "automargin": true, "zeroline": false,
        "exponentformat": if span.has_long_numbers() { "power" } else { "none" }, "separatethousands": span.has_thousands(),
    });
    if let AxisScale::Names(names) = &axis.scale {
        let most = if is_up { 28 } else { 24 };
        let texts: Vec<String> = names.iter().map(|name| plain(name, most)).collect();
        let places: Vec<usize> = (0..names.len()).collect();
        let range = [-0.5, names.len().max(1) as f64 - 0.5];
        out = with(out, json!({ "tickvals": places, "ticktext": texts, "showgrid": false, "range": range }));
        // Long names are turned: side by side some of them would be left out.
        if !is_up && names.iter().map(|name| name.chars().count().min(most) + 2).sum::<usize>() > SIDE_BY_SIDE {
            out["tickangle"] = json!(-40);
        }
    }
    match (axis.range, &axis.scale) {
        (Some([low, high]), AxisScale::Log) if low > 0.0 && high > low => {
            out["range"] = json!([low.log10(), high.log10()])
        }
        (Some([low, high]), AxisScale::Linear | AxisScale::Names(_)) if high > low => out["range"] = json!([low, high]),
        _ => {}
    }
    out
}

fn mark(place: MarkPosition, label: &str, i: usize, panel: &Panel, spans: [Extent; 2]) -> (Value, Value) {
    let line = json!({ "color": style::GREY, "width": 1.5, "dash": "dash" });
    let strip = |from: f64, to: f64| json!({ "xref": "x", "x0": from, "x1": to, "yref": "paper", "y0": 0, "y1": 1 });
    // Plotly expects logarithms as the positions of texts, but not elsewhere.
    let at = |x: f64, scale: &AxisScale| if *scale == AxisScale::Log { x.log10() } else { x };
    let text = json!({ "text": label, "showarrow": false, "font": { "size": 12 } });
    let across = |x: f64| {
        let is_right = spans[0].held(x).is_some_and(|share| share > 0.7);
        let (anchor, shift) = if is_right { ("right", -4) } else { ("left", 4) };
        let x = json!({ "x": at(x, &panel.x.scale), "xref": "x", "xanchor": anchor, "xshift": shift });
        with(x, json!({ "y": 1, "yref": "paper", "yanchor": "top", "yshift": -16 * (i as i64 % 4) }))
    };
    match place {
        MarkPosition::X(x) => (with(strip(x, x), json!({ "type": "line", "line": line })), with(text, across(x))),
        MarkPosition::Y(y) => {
            let shape = json!({ "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y });
            let right = json!({ "x": 1, "xref": "paper", "xanchor": "right" });
            let place = with(right, json!({ "y": at(y, &panel.y.scale), "yref": "y", "yanchor": "bottom" }));
            (with(shape, json!({ "line": line })), with(text, place))
        }
        MarkPosition::Between(a, b) => {
            let look = json!({ "fillcolor": style::GREY, "opacity": 0.15, "layer": "below", "line": { "width": 0 } });
            (with(with(strip(a, b), json!({ "type": "rect" })), look), with(text, across(a)))
        }
    }
}
