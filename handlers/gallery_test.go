package handlers

import (
	"net/http"
	"strings"
	"testing"

	"mooring/views"
)

func TestTheGalleryShowsEverySampleInEveryTheme(t *testing.T) {
	demo := func(c *Config) {
		c.Demo = &Demo{Gallery: func() (*views.Gallery, error) { return views.NewGallery(views.Samples()) }}
	}
	s := newSite(t, demo)
	index := s.ask("", "GET", views.GalleryPath, nil)
	if index.Code != http.StatusOK {
		t.Fatalf("the index is answered %d", index.Code)
	}
	for _, sample := range views.Samples() {
		path := views.GalleryPath + "/" + sample.Name
		if !strings.Contains(index.Body.String(), `href="`+path+`"`) {
			t.Errorf("the index doesn't link to %s", sample.Name)
		}
		looks := s.ask("", "GET", path, nil)
		if looks.Code != http.StatusOK || strings.Count(looks.Body.String(), `<iframe title="`+sample.Name) != 4 {
			t.Errorf("the looks of %s are answered %d", sample.Name, looks.Code)
		}
		for _, theme := range []string{"system", "light", "dark"} {
			w := s.ask("", "GET", path+"/"+theme, nil)
			body := w.Body.String()
			if w.Code != http.StatusOK || strings.Count(body, "<body>") != 1 || strings.Count(body, ` data-theme="`+theme+`"`) != 1 {
				t.Errorf("%s/%s is answered %d", path, theme, w.Code)
			}
			if strings.Contains(body, "htmx.min.js") || w.Header().Get("X-Frame-Options") != "SAMEORIGIN" || w.Header().Get("Content-Security-Policy") != galleryPolicy {
				t.Errorf("%s/%s doesn't stay as it is inside the gallery", path, theme)
			}
		}
	}
	for _, path := range []string{"/none", "/none/light", "/sign-in/blue"} {
		if w := s.ask("", "GET", views.GalleryPath+path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s is answered %d", path, w.Code)
		}
	}
}

// TestThereIsNoGalleryOutsideTheDemo asks as somebody who would be told.
func TestThereIsNoGalleryOutsideTheDemo(t *testing.T) {
	for name, s := range map[string]*site{
		"no demo": newSite(t), "a demo without": newSite(t, func(c *Config) { c.Demo = &Demo{} }),
	} {
		for _, path := range []string{"", "/sign-in", "/sign-in/light"} {
			if w := s.ask("admin", "GET", views.GalleryPath+path, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: %s is answered %d", name, path, w.Code)
			}
		}
	}
}
