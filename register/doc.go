// Package register is the administrators' list of all linked accounts: what they
// filter, sort, select and export.
package register
