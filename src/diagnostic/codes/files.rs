//! E089: the files of a design.

use super::{Code, Page};

pub const UNREADABLE_DESIGN: Code = Code::new("E0891", "unreadable-design-file");
pub const LINK_LEADS_OUT: Code = Code::new("E0892", "link-leads-out");
pub const BAD_USE: Code = Code::new("E0893", "bad-use");

pub const PAGES: &[Page] = &[
    Page {
        code: UNREADABLE_DESIGN,
        title: "a file of the design cannot be read",
        text: "\
A `.kpi` file is there, but its text is not to be had: it may not be read, it is not UTF-8, or it is larger than 16 MiB.

Designs are UTF-8, with or without a byte order mark. The message says at which line the first bytes stand that are no
UTF-8; `iconv -f gb18030 -t utf-8 old.kpi > new.kpi` turns a file from another encoding into it. A file of more than
16 MiB is hardly a design; where it is, split it: all `.kpi` files of a folder are one design.",
    },
    Page {
        code: LINK_LEADS_OUT,
        title: "a symbolic link leads out of the design's folder",
        text: "\
A design is the `.kpi` files of its folder, so that whoever reviews the folder has seen all of it. A symbolic link that
leads elsewhere would bring in a file that can change unseen, so it is not followed.

Say it in the text instead: `use \"../company/calendar.kpi\"` brings in a file from outside.",
    },
    Page {
        code: BAD_USE,
        title: "a `use` that brings in nothing",
        text: "\
`use` names a `.kpi` file outside the design's folder, by a path relative to the file in which it stands. Here the path
names no file, names something that is no `.kpi` file, or is absolute: another machine has other folders.

```kpi,fails
use \"../company/calender.kpi\"
```

Files inside the folder need no `use`: they are part of the design already.",
    },
];
