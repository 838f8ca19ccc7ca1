//! Takes Plotly's JavaScript out of the `plotly` crate, without the MathJax beside it, and packs it for pages of figures.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    pack();
}

fn pack() {
    use std::io::Write;
    let scripts = plotly::Plot::offline_js_sources();
    let script = scripts.split("<script type=\"text/javascript\">").map(|s| s.split("</script>").next().unwrap_or(s));
    let plotly = script.into_iter().find(|script| script.contains("plotly.js v")).expect("the crate carries Plotly");
    let out = std::env::var_os("OUT_DIR").expect("Cargo says where to write");
    let file = std::fs::File::create(std::path::Path::new(&out).join("plotly.min.js.gz")).expect("a file can be made");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    packed.write_all(plotly.as_bytes()).and_then(|()| packed.try_finish()).expect("the file can be written");
}
