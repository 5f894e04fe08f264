//! What holds of all drawings (rows B138 to B149, B158 to B161, B169).
