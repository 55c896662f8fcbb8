// Package jobs does the same thing to many linked accounts in the background,
// for the administrator who asked for it, and undoes it again.
package jobs
