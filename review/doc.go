// Package review is how administrators review linked accounts: each account of a
// review is decided on, and a closed review leaves signed evidence.
package review
