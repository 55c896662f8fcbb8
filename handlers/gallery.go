package handlers

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"mooring/views"
)

// The gallery of the demo shows the samples of the views: what somebody looks
// at who changes the look, and what the browser tests walk over.

// galleryRoutes are there only where there is a gallery. It shows sample values
// to anybody.
func (h *handlers) galleryRoutes() []route {
	if h.Demo == nil || h.Demo.Gallery == nil {
		return nil
	}
	g := &gallery{handlers: h, made: sync.OnceValues(h.Demo.Gallery)}
	return []route{
		{"GET", views.GalleryPath, anyone, asItIs, g.index},
		{"GET", views.GalleryPath + "/:sample", anyone, asItIs, g.looks},
		{"GET", views.GalleryPath + "/:sample/:theme", anyone, asItIs, g.document},
	}
}

type gallery struct {
	*handlers
	made func() (*views.Gallery, error) // rendered when somebody first looks
}

func (g *gallery) index(c echo.Context) error {
	samples, err := g.made()
	if err != nil {
		return err
	}
	return g.html(c, http.StatusOK, samples.Index(g.frame(c, "Gallery")))
}

func (g *gallery) looks(c echo.Context) error {
	samples, err := g.made()
	if err != nil {
		return err
	}
	page, ok := samples.Looks(g.frame(c, c.Param("sample")), c.Param("sample"))
	if !ok {
		return errNotHere
	}
	c.Response().Header().Set("Content-Security-Policy", contentPolicy+"; frame-src 'self'")
	return g.html(c, http.StatusOK, page)
}

// galleryPolicy lets the gallery frame a sample. Its forms lead nowhere: what
// they name is not in the demo.
const galleryPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

func (g *gallery) document(c echo.Context) error {
	samples, err := g.made()
	if err != nil {
		return err
	}
	document, ok := samples.Document(c.Param("sample"), c.Param("theme"))
	if !ok {
		return errNotHere
	}
	header := c.Response().Header()
	header.Set("Content-Security-Policy", galleryPolicy)
	header.Set("X-Frame-Options", "SAMEORIGIN")
	return send(c, http.StatusOK, []byte(document))
}
