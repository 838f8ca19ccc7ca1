//! The catalogue: all components and their parameters, the single source from which everything else is generated.
//!
//! Each component (an optimizer, a layer, a section of the spec ...) is declared once, with the `component!` macro: its
//! parameters with type, allowed values, default and one line of documentation. The declaration generates the parameter
//! struct, the reading and checking of spec files and flags ("did you mean"), the writing of resolved specs, the JSON
//! Schema, `treino catalog`, the pages of the reference and the help of the command line.
//!
//! The components of a family are listed once, with the `family!` macro, which generates the enum that can hold any of
//! them.

mod choice;
mod component;
mod descriptor;
mod node;
mod reference;
mod schema;
mod setting;
mod toml;

pub use choice::choice;
pub use component::{Component, Field, check_keys, component, family, find, read_named, write_named};
pub use descriptor::{Descriptor, Doc, Family, Interval, Kind, Param};
pub use node::{Entries, Entry, Node, Origin, Value};
pub use reference::{ReferencePage, reference};
pub use schema::{json_schema, object_schema, value_json};
pub use setting::{list_setting, setting, setting_name};
pub use toml::{parse, write};
