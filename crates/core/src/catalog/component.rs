//! The two macros of the catalogue, and the conversion of components from and to values.

use super::descriptor::{Descriptor, Family};
use super::node::{Entries, Node, Value};
use crate::error::{Error, Result};

/// A declared component: made by the `component!` macro.
pub trait Component: Sized + Default {
    /// Its description.
    const DESCRIPTOR: &'static Descriptor;

    /// Reads the parameters from a table and checks each against its descriptor; missing parameters get their defaults.
    /// `path` names the table in messages. The caller handles the key `type`.
    fn read(table: &Entries, path: &str) -> Result<Self>;

    /// Every parameter with its value; parameters without a value are omitted.
    fn write(&self) -> Entries;
}

/// A type that a parameter can have.
pub trait Field: Sized {
    /// Reads a value that its kind has already accepted.
    fn read(node: &Node, path: &str) -> Result<Self>;

    /// The value, or `None` for a parameter without a value.
    fn write(&self) -> Option<Value>;
}

fn mismatch<T>(node: &Node, path: &str) -> Result<T> {
    Err(node.place(Error::input(format!("{path} cannot be {}", node.value))))
}

impl Field for bool {
    fn read(node: &Node, path: &str) -> Result<Self> {
        if let Value::Bool(b) = node.value { Ok(b) } else { mismatch(node, path) }
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

impl Field for f64 {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.value {
            Value::Float(x) => Ok(x),
            Value::Int(i) => Ok(i as f64),
            _ => mismatch(node, path),
        }
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Float(*self))
    }
}

macro_rules! whole_number {
    ($($t:ty),*) => {$(
        impl Field for $t {
            fn read(node: &Node, path: &str) -> Result<Self> {
                if let Value::Int(i) = node.value
                    && let Ok(i) = <$t>::try_from(i)
                {
                    return Ok(i);
                }
                mismatch(node, path)
            }
            fn write(&self) -> Option<Value> {
                // The integers of a spec are TOML's: signed, 64 bits.
                Some(Value::Int(i64::try_from(*self).unwrap_or(i64::MAX)))
            }
        }
    )*};
}
whole_number!(usize, u64);

impl Field for i64 {
    fn read(node: &Node, path: &str) -> Result<Self> {
        if let Value::Int(i) = node.value { Ok(i) } else { mismatch(node, path) }
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Int(*self))
    }
}

impl Field for String {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.text() {
            Some(text) => Ok(text.to_string()),
            None => mismatch(node, path),
        }
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }
}

impl<T: Field> Field for Option<T> {
    fn read(node: &Node, path: &str) -> Result<Self> {
        T::read(node, path).map(Some)
    }
    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(T::write)
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(node: &Node, path: &str) -> Result<Self> {
        // A single value, if the kind allows it without brackets.
        let Value::List(items) = &node.value else { return T::read(node, path).map(|one| vec![one]) };
        items.iter().enumerate().map(|(i, item)| T::read(item, &format!("{path}[{i}]"))).collect()
    }
    fn write(&self) -> Option<Value> {
        Some(Value::List(self.iter().filter_map(|item| item.write().map(Node::from)).collect()))
    }
}

/// The component of a family with the name `name`.
///
/// # Errors
/// Returns an error for an unknown name, with the nearest valid one.
pub fn find(room: &Family, name: &str) -> Result<&'static Descriptor> {
    room.components.iter().find(|d| d.is_called(name)).copied().ok_or_else(|| {
        Error::input(format!("\"{name}\" is not the name of {}", room.a_thing()))
            .nearest(name, room.components.iter().map(|d| d.name))
    })
}

/// Splits a value into the descriptor it names and its parameters: `"relu"` or `{ type = "relu", ... }`. If the family
/// has expressions, one can replace the name.
pub fn read_named(room: &Family, node: &Node, path: &str) -> Result<(&'static Descriptor, Entries)> {
    let (mut name, mut table) = match &node.value {
        Value::Text(name) => (name.clone(), Entries { origin: node.origin.clone(), ..Entries::default() }),
        Value::Table(table) => {
            let Some(name) = table.get("type") else {
                let e = Error::input(format!("{path} does not say which {} it is", room.one));
                return Err(node.place(e.help(format!("add type = \"{}\"", room.components[0].name))));
            };
            let Some(name) = name.text() else {
                return Err(name.place(Error::input(format!("{path}.type must be a text in quotes"))));
            };
            (name.to_string(), table.clone())
        }
        other => {
            let e = Error::input(format!("{path} is {other}, but must be the name of a thing in {}", room.name));
            return Err(node.place(e));
        }
    };
    let named_at = table.remove("type").unwrap_or_else(|| node.clone());
    if table.get(EXPRESSION).is_none() && is_expression(room, &name) {
        table.set(EXPRESSION, named_at.clone());
        name = EXPRESSION.to_string();
    }
    let descriptor = find(room, &name).map_err(|e| named_at.place(e))?;
    Ok((descriptor, table))
}

/// The name of the component that can be written as its expression alone, and of the parameter that holds the
/// expression.
pub(super) const EXPRESSION: &str = "expression";

/// Whether a text is an expression: not a plain identifier, and not a name with spaces or hyphens in it.
fn is_expression(room: &Family, text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let joined = text.trim().replace([' ', '-'], "_");
    room.takes_expressions() && !is_word && !joined.is_empty() && !room.components.iter().any(|d| d.is_called(&joined))
}

/// The inverse: the name alone if there are no parameters, else a table that starts with `type`.
pub fn write_named(descriptor: &Descriptor, parameters: Entries) -> Value {
    if descriptor.params.is_empty() {
        return Value::Text(descriptor.name.to_string());
    }
    let mut table = Entries::default();
    table.set("type", Node::from(Value::Text(descriptor.name.to_string())));
    table.list.extend(parameters.list);
    Value::Table(table)
}

/// Returns an error for keys that are not parameters.
pub fn check_keys(descriptor: &Descriptor, table: &Entries, path: &str) -> Result<()> {
    for entry in &table.list {
        if descriptor.param(&entry.key).is_none() {
            let e = if descriptor.params.is_empty() {
                Error::input(format!("{path} has no parameters, so it has no \"{}\"", entry.key))
            } else {
                Error::input(format!("{path} has no \"{}\"", entry.key))
                    .nearest(&entry.key, descriptor.params.iter().map(|p| p.name))
            };
            return Err(entry.origin.place(e));
        }
    }
    Ok(())
}

/// Declares a component: parameter struct, defaults, descriptor, reading and writing, from one list.
///
/// ```text
/// component! {
///     /// One line that says what it is.
///     pub struct Dropout = "dropout" {
///         /// One line that says what it does.
///         rate: f64 = 0.5, Kind::SHARE;
///     }
/// }
/// ```
/// Aliases follow the name in brackets: `= "mean_squared_error" ["mse", "MSE"]`.
#[macro_export]
macro_rules! component {
    (
        $(#[doc = $doc:literal])+
        pub struct $Name:ident = $name:literal $([$($alias:literal),* $(,)?])? {
            $(
                $(#[doc = $param_doc:literal])+
                $field:ident : $type:ty = $default:expr, $kind:expr;
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Name {
            $(
                $(#[doc = $param_doc])+
                pub $field: $type,
            )*
        }

        impl Default for $Name {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl $crate::catalog::Component for $Name {
            const DESCRIPTOR: &'static $crate::catalog::Descriptor = &$crate::catalog::Descriptor {
                name: $name,
                class: stringify!($Name),
                aliases: &[$($($alias),*)?],
                doc: $crate::catalog::Doc(concat!($($doc, "\n"),+)),
                params: &[
                    $($crate::catalog::Param {
                        name: stringify!($field),
                        kind: $kind,
                        doc: $crate::catalog::Doc(concat!($($param_doc, "\n"),+)),
                        default: || {
                            let default: $type = $default;
                            $crate::catalog::Field::write(&default)
                        },
                    }),*
                ],
            };

            #[allow(unused_variables)]
            fn read(table: &$crate::catalog::Entries, path: &str) -> $crate::error::Result<Self> {
                $crate::catalog::check_keys(Self::DESCRIPTOR, table, path)?;
                Ok(Self {
                    $($field: match table.get(stringify!($field)) {
                        Some(node) => {
                            let path = format!("{path}.{}", stringify!($field));
                            let kind: $crate::catalog::Kind = const { $kind };
                            kind.check(node, &path)?;
                            $crate::catalog::Field::read(node, &path)?
                        }
                        None => $default,
                    }),*
                })
            }

            #[allow(unused_mut)]
            fn write(&self) -> $crate::catalog::Entries {
                let mut table = $crate::catalog::Entries::default();
                $(if let Some(value) = $crate::catalog::Field::write(&self.$field) {
                    table.set(stringify!($field), value.into());
                })*
                table
            }
        }
    };
}
pub use component;

/// Declares a family: the enum that holds any of its components, and the access to them through one trait.
///
/// ```text
/// family! {
///     /// One line.
///     pub enum Optimizer: dyn UpdateRule in Family {
///         name: "optimizers", one: "optimizer", example: "[compile]\noptimizer = {inline}\n",
///     } => { Sgd, Adam }
/// }
/// ```
/// `or Custom` after the list adds components that a Rust program supplies: they are not in the catalogue, and cannot
/// be read or written.
#[macro_export]
macro_rules! family {
    (
        $(#[doc = $doc:literal])+
        pub enum $Enum:ident : dyn $Trait:ident in Family {
            name: $room:literal, one: $one:literal, example: $example:literal $(, place: $place:literal)? $(,)?
        } => { $($Name:ident),* $(,)? } $(or $Own:ident)?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub enum $Enum {
            $(#[doc = concat!("See [`", stringify!($Name), "`].")] $Name($Name),)*
            $(#[doc = concat!("See [`", stringify!($Own), "`].")] $Own($Own),)?
        }

        /// The family in the catalogue.
        pub static FAMILY: $crate::catalog::Family = $crate::catalog::Family {
            name: $room,
            one: $one,
            doc: $crate::catalog::Doc($Enum::DOC),
            components: $Enum::COMPONENTS,
            is_chosen: true,
            places: &[$($place)?],
            example: $example,
        };

        impl $Enum {
            /// The family's documentation: what it is, and how it differs from Keras.
            pub const DOC: &'static str = concat!($($doc, "\n"),+);

            /// The descriptors of the family, in its order.
            pub const COMPONENTS: &'static [&'static $crate::catalog::Descriptor] =
                &[$(<$Name as $crate::catalog::Component>::DESCRIPTOR),*];

            /// The description of the component it holds.
            pub fn descriptor(&self) -> &'static $crate::catalog::Descriptor {
                match self {
                    $(Self::$Name(_) => <$Name as $crate::catalog::Component>::DESCRIPTOR,)*
                    $(Self::$Own(_) => $Own::DESCRIPTOR,)?
                }
            }

            /// The name of the component it holds.
            pub fn name(&self) -> &'static str {
                self.descriptor().name
            }

            /// The component it holds, through the family's trait.
            pub fn inner(&self) -> &(dyn $Trait + 'static) {
                match self {
                    $(Self::$Name(thing) => thing,)*
                    $(Self::$Own(own) => <$Own>::inner(own),)?
                }
            }

            /// The component with the given name, with its defaults.
            ///
            /// # Errors
            /// Returns an error for an unknown name, with the nearest valid one.
            pub fn named(name: &str) -> $crate::error::Result<Self> {
                let node = $crate::catalog::Node::from($crate::catalog::Value::Text(name.to_string()));
                <Self as $crate::catalog::Field>::read(&node, $one)
            }
        }

        $(impl From<$Name> for $Enum {
            fn from(thing: $Name) -> Self {
                Self::$Name(thing)
            }
        })*

        $(impl From<$Own> for $Enum {
            fn from(own: $Own) -> Self {
                Self::$Own(own)
            }
        })?

        impl $crate::catalog::Field for $Enum {
            fn read(node: &$crate::catalog::Node, path: &str) -> $crate::error::Result<Self> {
                let (descriptor, table) = $crate::catalog::read_named(&FAMILY, node, path)?;
                $(if descriptor.name == <$Name as $crate::catalog::Component>::DESCRIPTOR.name {
                    return Ok(Self::$Name(<$Name as $crate::catalog::Component>::read(&table, path)?));
                })*
                unreachable!("a descriptor of the room belongs to one of its things")
            }

            fn write(&self) -> Option<$crate::catalog::Value> {
                let parameters = match self {
                    $(Self::$Name(thing) => $crate::catalog::Component::write(thing),)*
                    $(Self::$Own(_) => return None,)?
                };
                Some($crate::catalog::write_named(self.descriptor(), parameters))
            }
        }
    };
}
pub use family;
