package walkthrough

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/png"
	"strings"
)

// Report writes one page of HTML that shows what is stale: all findings, and
// each changed picture as it was, as it is and where it differs.
func Report(findings []Finding, changes []Change) ([]byte, error) {
	var page strings.Builder
	fmt.Fprintf(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>What is stale</title>\n<style>%s%s</style>\n<main>\n<h1>What is stale</h1>\n",
		pageStyle, "body { max-width: 96rem } .three { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem }")
	if len(findings) == 0 && len(changes) == 0 {
		page.WriteString("<p>Nothing. Every page is true.</p>\n")
	}
	if len(findings) > 0 {
		page.WriteString("<h2>What is wrong</h2>\n<ul>\n")
		for _, f := range findings {
			fmt.Fprintf(&page, "<li>%s</li>\n", html.EscapeString(f.String()))
		}
		page.WriteString("</ul>\n")
	}
	for _, c := range changes {
		fmt.Fprintf(&page, "<h2>%s</h2>\n<p>%s</p>\n", html.EscapeString(c.Path), html.EscapeString(strings.ToUpper(c.Says[:1])+c.Says[1:]+"."))
		if c.After == nil {
			continue
		}
		page.WriteString("<div class=\"three\">\n")
		for _, shown := range []struct {
			name string
			img  image.Image
		}{{"Before", c.Before}, {"After", c.After}, {"Difference", c.where()}} {
			if shown.img == nil {
				continue
			}
			data, err := inPage(shown.img)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&page, "<figure><figcaption>%s</figcaption><img src=\"%s\" alt=\"%s\"></figure>\n", shown.name, data, html.EscapeString(shown.name+": "+c.Path))
		}
		page.WriteString("</div>\n")
	}
	page.WriteString("</main>\n")
	return []byte(page.String()), nil
}

// where shows in which places a changed picture differs.
func (c Change) where() image.Image {
	if c.Before == nil || c.After == nil {
		return nil
	}
	return difference(c.Before, c.After)
}

// inPage is a picture as an address that holds it.
func inPage(img image.Image) (string, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err := encoder.Encode(&file, img)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes()), err
}
