//! How diagnostics and results look. Only this module knows a format; nothing is computed here.

pub mod live;
pub mod diagnostics;
pub mod diff;
pub mod explain;
pub mod junit;
pub mod picture;
pub mod report;
pub mod results;
#[cfg(feature = "engine")]
pub mod tested;
pub mod text;
pub mod words;

/// Pretty-printed, with a line end. Nothing that is written can fail to be written as JSON; if it ever did, the error
/// would stand in the output.
fn to_json(value: &impl serde::Serialize) -> String {
    match serde_json::to_string_pretty(value) {
        Ok(json) => json + "\n",
        Err(error) => format!("{{\"error\": {:?}}}\n", error.to_string()),
    }
}

/// A schema of what is written (not of what is read), with `schema` fixed to its name.
fn schema_for<T: schemars::JsonSchema>(name: &str) -> schemars::Schema {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    if let Some(field) = schema.pointer_mut("/properties/schema").and_then(|f| f.as_object_mut()) {
        field.insert("const".to_string(), name.into());
    }
    schema
}
