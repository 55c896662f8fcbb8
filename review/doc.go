// Package review is how administrators look at linked accounts: the list of
// all of them, what is done to many at once, and the reviews in which each is
// decided on.
package review
