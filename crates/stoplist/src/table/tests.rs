//! Does the table answer as plain code does that looks at every row?

mod hostile;
mod measure;
mod model;
mod realistic;
mod walks;
mod whole;
