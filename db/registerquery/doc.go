// Package registerquery is the query planner of the register. It finds linked
// accounts for administrators in about the same time whether a thousand or a
// million are linked.
//
// # The questions
//
// register.Store asks for a page of the list, for totals, for names of accounts
// and for all accounts of a selection. A page has any combination of six filters
// (status, provider, account, expiring within some days, never reviewed, not
// checked since a date), one of five orders in either direction, a cursor, and a
// search. There is no index for every combination, so the planner chooses.
//
// # The indexes
//
// All columns that are filtered or sorted by are in the table credentials. Its
// indexes are described in db/schema.sql:
//
//   - register_label, register_checked, register_expires and register_reviewed each
//     have one order. They are wide: they also hold all columns of the filters, and
//     SQLite skips an entry that doesn't match without reading its row.
//     register_account_label is wide, too, for one account by label.
//   - register_FILTER_ORDER, such as register_status_checked, has one filter with
//     one order. These are narrow: any other filter needs a look at the row.
//   - The order by account follows the names in register_accounts, and
//     register_account_label within each account.
//   - register_account, register_person and register_cloud_account give the links of
//     an account, of a person, and with the ID of a cloud account, by number.
//   - register_texts, register_account_texts and register_person_texts are for
//     searches.
//
// Triggers keep totals in register_counts, register_accounts and register_people.
// Every query names its index with INDEXED BY. Plans then don't depend on
// statistics, and a query whose index is missing fails instead of becoming slow.
//
// # A page without a search
//
// resolve (filter.go) reads the totals first. It then knows how many rows each
// filter leaves, except for the two ranges of time. If a filter leaves none, the
// page is empty. Otherwise the planner takes the first of these that applies:
//
//  1. straight: the next entries of one index are the page. This is true without
//     filters, with one filter that has an index for the order, and with a range
//     of the column that the list is sorted by.
//  2. fewest: a filter, or a range within it, leaves at most 1,000 rows and at most
//     a twentieth of all. They are all read, and sorted in memory.
//  3. best: an index that has the order is walked, and each entry is compared with
//     the filters. It is the narrow index of the smallest filter if that leaves less
//     than a twentieth of all rows, and a wide one otherwise.
//
// walk goes along the chosen index in turns that grow, until the page is full. If
// entries must be compared with filters, a turn asks which of the next entries match,
// and where the last of these entries is. The next turn starts there. A cursor
// divides an index into two stretches (parts): the rest of the entries with the same
// key, then those beyond. One query for both would make SQLite read all entries with
// the same key, which can be half of the table.
//
// The total of a single filter is one of those that the triggers keep. Ranges are
// counted up to 1,000. A combination is counted in the narrowest source until the
// limit is reached, and the page then says "or more".
//
// # A search
//
// The indexes of texts are FTS5 tables with trigrams: they know which pieces of
// three letters a text has, but not where. A search asks for all pieces of its words
// that touch, twelve at most, and register.Query.Finds compares the rows found with
// what was typed. The rowid is the negative number of the link, because FTS5 reads
// upward faster and the newest should come first.
//
// register_texts has only the texts of the link itself. Names of accounts and people
// have small indexes of their own. finder looks up the matching names, and newest
// merges the newest links of each with the hits in texts. Each source says down to
// which number it has given everything (floor), and the merged hits end at the
// highest of these. A complete ID of a cloud account or e-mail address is looked up
// directly. Two characters of Chinese, Japanese or Korean are a word, but too short
// for trigrams. Without a longer word beside them, they are looked for in the rows.
//
// Up to 1,000 hits are sorted as requested (searchSorted). If there are more, but a
// filter leaves few rows, those rows are compared with the search. Otherwise the
// newest hits come first, and the page shows a minimum number (searchNewest).
//
// # A selection
//
// Jobs, reviews and exports walk selections by number (EachLinked). If an index or a
// search leaves at most 50,000 numbers, they are gathered first, and their rows are
// read in chunks. Otherwise all numbers are passed in windows of 5,000. Each chunk is
// a read of its own: nothing is held in the database while a job works on it.
//
// # The limits
//
// A request takes less than a tenth of a second, however many accounts are linked.
// Where no index has the answer, the time depends on how many rows don't match, and
// nobody knows that beforehand. So limits.go bounds what one request passes, reads,
// sorts and counts. If a limit ends the walk early, the page says that it is
// unfinished and has a link to continue. The limits follow from two measurements:
// skipping an entry of a wide index takes 0.2 µs, and reading a row twenty times that
// (lookCost). Tests set tiny limits, which lead a small database down every path.
//
// # What is measured
//
// TestNoQuestionOfTheListGrows explains the queries of random pages (Explain) and
// fails if one reads an entire table or sorts. TestTheListIsWhatANaiveLookFinds
// compares all pages with a full look at the table. "make bench-admin" measures the
// pages with a thousand and a million linked accounts and prints the plans;
// docs/performance.md has the figures, and docs/decisions/0024-register.md the
// alternatives. The benchmarks here measure what the indexes cost when a check ends
// or an account is linked.
package registerquery
