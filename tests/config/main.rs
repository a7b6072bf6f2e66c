//! The config as its users meet it: files, environment and options in; settings, targets and messages out.

#![cfg(test)]

mod choose;
mod corpus;
mod example;
