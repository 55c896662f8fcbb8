package walkthrough

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrExists says that there is already a walkthrough with that name.
var ErrExists = errors.New("there is already a walkthrough with that name")

// template is a walkthrough that works as it is, for writers to change.
const template = `---
summary: Say in one sentence what somebody can do after reading this.
order: 50
themes: [light, dark]
widths: [wide]
---

# %s

Say what the reader needs, and how long it takes.

## The first step

Open **Account info > Cloud Providers**. Beside **Microsoft Azure**, choose **Add credentials**.

` + "```" + `picture first-step
as: owner@demo.example
open: /accounts/harbor/cloud-providers
mark:
  - outline: link "Add credentials for Microsoft Azure"
  - pointer: link "Add credentials for Microsoft Azure"
alt: The page Cloud Providers. The button Add credentials beside Microsoft Azure is marked.
caption: Every provider has its own line.
` + "```" + `
`

// New begins a walkthrough in a folder of walkthroughs, and gives its file.
func New(root, name string) (string, error) {
	if !ValidName(name) {
		return "", fmt.Errorf("%q: use small letters, digits and hyphens, as in link-azure", name)
	}
	file := filepath.Join(root, name, SourceFile)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	title := strings.ReplaceAll(name, "-", " ")
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s: %w", name, ErrExists)
	}
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(out, template, strings.ToUpper(title[:1])+title[1:])
	return file, errors.Join(err, out.Close())
}
