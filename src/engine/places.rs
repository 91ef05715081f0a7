//! Where rows stand on axes: the combinations of values that occur, numbered.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use datafusion::common::HashMap;

use super::interner::Interner;
use crate::plan::AxisValue;

/// One axis: its values, numbered as they are met.
#[derive(Default)]
struct Coder {
    values: Vec<AxisValue>,
    texts: Interner,
    /// The code of each numbered text.
    codes: Vec<u32>,
    not_given: Option<u32>,
    marks: [Option<u32>; 2],
}

impl Coder {
    fn code(&mut self, column: &ArrayRef, row: usize) -> u32 {
        if column.is_null(row) {
            return match self.not_given {
                Some(code) => code,
                None => *self.not_given.insert(push(&mut self.values, AxisValue::NotGiven)),
            };
        }
        match column.as_string_view_opt() {
            Some(texts) => self.text_code(texts, row),
            None => {
                let inside = column.as_boolean().value(row);
                let [outside_code, inside_code] = &mut self.marks;
                let (slot, value) =
                    if inside { (inside_code, AxisValue::Inside) } else { (outside_code, AxisValue::Outside) };
                match slot {
                    Some(code) => *code,
                    None => *slot.insert(push(&mut self.values, value)),
                }
            }
        }
    }

    fn text_code(&mut self, texts: &StringViewArray, row: usize) -> u32 {
        let number = self.texts.number(texts, row) as usize;
        match self.codes.get(number) {
            Some(code) => *code,
            None => {
                let code = push(&mut self.values, AxisValue::Member(Arc::from(texts.value(row))));
                self.codes.push(code);
                code
            }
        }
    }
}

fn push(values: &mut Vec<AxisValue>, value: AxisValue) -> u32 {
    values.push(value);
    (values.len() - 1) as u32
}

/// The places that occur.
#[derive(Default)]
pub struct Places {
    axes: Vec<Coder>,
    /// Codes of the values on each axis, place after place.
    codes: Vec<Box<[u32]>>,
    numbers: HashMap<Box<[u32]>, u32>,
    row: Vec<u32>,
}

impl Places {
    /// The number of a row's place.
    pub fn of(&mut self, columns: &[ArrayRef], row: usize) -> u32 {
        self.axes.resize_with(columns.len(), Coder::default);
        self.row.clear();
        self.row.extend(self.axes.iter_mut().zip(columns).map(|(axis, column)| axis.code(column, row)));
        if let Some(number) = self.numbers.get(self.row.as_slice()) {
            return *number;
        }
        let place: Box<[u32]> = self.row.as_slice().into();
        let number = self.codes.len() as u32;
        self.codes.push(place.clone());
        self.numbers.insert(place, number);
        number
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// A place's value on an axis.
    pub fn value(&self, place: usize, axis: usize) -> Option<&AxisValue> {
        let code = *self.codes.get(place)?.get(axis)?;
        self.axes.get(axis)?.values.get(code as usize)
    }
}
