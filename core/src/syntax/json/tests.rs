//! What holds of the JSON reader.
