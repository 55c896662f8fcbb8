package handlers

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/cloud"
	"mooring/text"
	"mooring/views"
	"mooring/walkthrough"
)

// HelpPaths says where the help has its pages and pictures; files are what it
// is made of. The address of a picture holds a hash of what is in it, so that a
// browser may keep it for good.
func HelpPaths(files fs.FS) walkthrough.Paths {
	return walkthrough.Paths{
		Page: func(name string) string { return helpOf(name, "") },
		Picture: func(name, file string) string {
			address := helpPath + "/" + name + "/pictures/" + file
			picture, err := walkthrough.Folder{FS: files, Name: name}.Picture(file)
			if err != nil {
				return address // the page with this picture is not finished, and nobody sees it
			}
			defer picture.Close()
			hash := sha256.New()
			if _, err := io.Copy(hash, picture); err != nil {
				return address
			}
			return address + "?v=" + short(hash.Sum(nil))
		},
	}
}

// short is as much of a hash as tells one picture from another.
func short(sum []byte) string { return hex.EncodeToString(sum[:8]) }

// helpOf is a place in the help; "" is the top of its page.
func helpOf(page, anchor string) string {
	return strings.TrimSuffix(helpPath+"/"+page+"#"+anchor, "#")
}

// helpWith is where the help leads through a cloud's method. What it does not
// tell of may be among the cloud's errors.
func (h *handlers) helpWith(d cloud.Description, method string) string {
	m, _ := d.Method(method)
	page, anchor, _ := strings.Cut(m.Help, "#")
	if m.Help == "" || !h.Help.Has(page, anchor) {
		return views.ErrorHelpPath(d.Key)
	}
	return helpOf(page, anchor)
}

// helpIndex is the first page of the help: all that there is, or what a search
// found in it. htmx asks for the list while somebody types.
func (h *handlers) helpIndex(c echo.Context) error {
	query := walkthrough.NewQuery(c.QueryParam("q"))
	view := views.Help{Frame: h.helpFrame(c, "Help"), Path: helpPath, Query: query.Typed}
	if query.Typed != "" {
		view.Frame.Path += "?" + url.Values{"q": {query.Typed}}.Encode()
		var err error
		if view.Hits, view.More, err = h.searchHelp(c.Request().Context(), query, isAdministrator(c)); err != nil {
			return err
		}
	}
	for _, topic := range h.topicsFor(isAdministrator(c)) {
		view.Topics = append(view.Topics, views.HelpEntry{Title: topic.title, Path: helpTopicsPath + "#" + topic.anchor})
	}
	for _, page := range h.helpPagesFor(c) {
		view.Pages = append(view.Pages, views.HelpEntry{Title: page.Title, Path: helpOf(page.Name, ""), Summary: page.Summary, Takes: takes(page)})
	}
	for _, linkable := range h.linkable() {
		description := linkable.Describe()
		view.Errors = append(view.Errors, views.HelpEntry{Title: errorHelpTitle(description), Path: views.ErrorHelpPath(description.Key),
			Summary: "What each error code of " + description.Name + " means, who can fix it, and how.",
			Takes:   text.Count(len(linkable.Catalogue()), "code", "codes")})
	}
	if wants(c, "help-list") {
		return h.html(c, http.StatusOK, views.HelpList(view))
	}
	return h.html(c, http.StatusOK, views.HelpIndexPage(view))
}

func takes(page walkthrough.Page) string {
	return "About " + text.Count(page.Minutes, "minute", "minutes")
}

// helpPage is one walkthrough, with pictures in the colours of who reads it, or
// with light ones for paper: browsers print those that they show.
func (h *handlers) helpPage(c echo.Context) error {
	page, ok := h.Help.Find(c.Param("page"))
	if now, renamed := h.Help.Renamed(c.Param("page")); !ok && renamed {
		return c.Redirect(http.StatusPermanentRedirect, helpOf(now.Name, ""))
	}
	if !ok {
		return errNotHere
	}
	theme := themeOf(c)
	view := views.HelpPage{Frame: h.helpFrame(c, page.Title), Summary: page.Summary, Takes: takes(page)}
	switch {
	case c.QueryParam("pictures") == string(walkthrough.LightTheme):
		theme = walkthrough.LightTheme
	case theme != walkthrough.LightTheme:
		view.ForPaper = helpOf(page.Name, "") + "?pictures=" + string(walkthrough.LightTheme)
	}
	var err error
	if view.Body, err = page.Body(theme); err != nil {
		return err
	}
	for _, part := range page.Parts {
		if part.Heading != "" {
			view.Contents = append(view.Contents, views.Heading{Text: part.Heading, Anchor: part.Anchor, Under: part.Level > 2})
		}
	}
	return h.html(c, http.StatusOK, views.HelpWalkthroughPage(view))
}

// themeOf is in which colours the caller sees pictures.
func themeOf(c echo.Context) walkthrough.Theme {
	caller, _ := callerOf(c)
	switch caller.Person.Theme {
	case account.Light:
		return walkthrough.LightTheme
	case account.Dark:
		return walkthrough.DarkTheme
	}
	return walkthrough.AnyTheme
}

// helpPicture serves a picture of a page. Under the address that has the hash
// of its content it never changes; under another one a browser asks again.
func (h *handlers) helpPicture(c echo.Context) error {
	page, ok := h.Help.Find(c.Param("page"))
	if !ok {
		return errNotHere
	}
	picture, err := h.Help.Picture(page.Name, c.Param("file"))
	if errors.Is(err, fs.ErrNotExist) {
		return errNotHere
	}
	if err != nil {
		return err
	}
	defer picture.Close()
	content, err := io.ReadAll(picture)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	hash, header := short(sum[:]), c.Response().Header()
	header.Set("Content-Type", "image/png")
	header.Set("ETag", `"`+hash+`"`)
	header.Set("Cache-Control", "private, no-cache")
	if c.QueryParam("v") == hash {
		header.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(content))
	return nil
}

// errorHelp shows a cloud's error catalogue, with an anchor for each code.
func (h *handlers) errorHelp(c echo.Context) error {
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return err
	}
	description := provider.Describe()
	return h.html(c, http.StatusOK, views.ErrorHelpPage(views.ErrorHelp{
		Frame: h.helpFrame(c, errorHelpTitle(description)), Provider: description.Name, Entries: provider.Catalogue(),
	}))
}

func errorHelpTitle(d cloud.Description) string {
	return d.ShortName + " error codes"
}

// linkable are the clouds that can be linked, by their names.
func (h *handlers) linkable() []cloud.Cloud {
	var all []cloud.Cloud
	for _, linkable := range h.Clouds {
		all = append(all, linkable)
	}
	slices.SortFunc(all, func(a, b cloud.Cloud) int { return cmp.Compare(a.Describe().Name, b.Describe().Name) })
	return all
}

// helpPagesFor lists the walkthroughs that concern the reader. The others can be
// read under their addresses, which other pages link to.
func (h *handlers) helpPagesFor(c echo.Context) []walkthrough.Page {
	if isAdministrator(c) {
		return h.Help.Pages()
	}
	return slices.DeleteFunc(slices.Clone(h.Help.Pages()), func(p walkthrough.Page) bool { return p.Audience == walkthrough.Administrators })
}

// helpFrame has the pages of the help in its navigation, for everybody who may
// read them.
func (h *handlers) helpFrame(c echo.Context, title string) views.Frame {
	f := h.frame(c, title)
	f.NavTitle, f.Nav = "Help", []views.Link{{Text: "Overview", Path: helpPath}, {Text: helpTopicsTitle, Path: helpTopicsPath}}
	for _, page := range h.helpPagesFor(c) {
		f.Nav = append(f.Nav, views.Link{Text: page.Title, Path: helpOf(page.Name, "")})
	}
	for _, linkable := range h.linkable() {
		description := linkable.Describe()
		f.Nav = append(f.Nav, views.Link{Text: errorHelpTitle(description), Path: views.ErrorHelpPath(description.Key)})
	}
	for i := range f.Nav {
		f.Nav[i].Current = f.Nav[i].Path == c.Request().URL.Path
	}
	if f.Person == nil {
		f.SignIn = views.WithNext("/login", c.Request().URL.RequestURI())
	}
	return f
}
