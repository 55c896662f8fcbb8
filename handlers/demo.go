package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/views"
)

// DemoPath is the page Clouds of the demo.
const DemoPath = "/demo"

// demoRoutes are there in the demo only.
func (h *handlers) demoRoutes() []route {
	if h.Demo == nil {
		return nil
	}
	return []route{{"GET", DemoPath, anyone, asItIs, h.demoClouds}}
}

// demoClouds leads to the simulated clouds.
func (h *handlers) demoClouds(c echo.Context) error {
	return h.html(c, http.StatusOK, views.DemoPage(views.Demo{Frame: h.frame(c, "Clouds of the demo"), Clouds: h.Demo.Clouds}))
}
