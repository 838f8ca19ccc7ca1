//! Predicts with a stored model inside another program: raw rows in, probabilities out.
//!
//! `cargo run -p treino --example embed_a_model`

use treino::data::TableSource;
use treino::prelude::*;

fn main() -> treino::Result<()> {
    // A model that was trained before; `treino train` writes the same file.
    let spec = Spec { data: DataSpec::new("datasets/iris.csv", "species"), ..Spec::read(&Spec::automatic())? };
    let bytes = Session::quiet(|session| PreparedRun::new(&spec)?.run(session))?.model.to_bytes()?;

    // The program that embeds it needs nothing but those bytes.
    let model = TrainedModel::from_bytes(&bytes)?;
    let rows = "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n";
    let prediction = model.predict(&TableSource::text("rows.csv", rows))?;
    for row in 0..prediction.outputs.rows() {
        println!("{}", prediction.row(row).join(", "));
    }
    Ok(())
}
