// Package walkthroughs holds the walkthroughs of this folder, so that they come
// with the program: each with its file, its finished page, its pictures and the
// output of its commands.
package walkthroughs

import "embed"

// Files is this folder.
//
//go:embed */*
var Files embed.FS
