package walkthrough

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

// indexMark begins an index that is made here. Another file is left alone.
const indexMark = "<!-- Made by `mooring walkthrough shoot`"

// IndexChange is the change of the index of a folder of walkthroughs, if there is
// one: it lists all of them, in their order.
func IndexChange(fsys fs.FS, all []*Walkthrough) ([]Change, error) {
	before, err := fs.ReadFile(fsys, PageFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !bytes.HasPrefix(before, []byte(indexMark)):
		return nil, nil
	}
	var page bytes.Buffer
	fmt.Fprintf(&page, "%s from the walkthroughs in this folder. Change those, not this file. -->\n\n# Walkthroughs\n\n| | |\n| --- | --- |\n", indexMark)
	for _, w := range all {
		fmt.Fprintf(&page, "| [%s](%s/%s) | %s |\n", w.Title, w.Name, PageFile, w.Summary)
	}
	if err == nil && bytes.Equal(before, page.Bytes()) {
		return nil, nil
	}
	return []Change{{Path: PageFile, Text: page.Bytes(), Says: "the index does not match the walkthroughs"}}, nil
}
