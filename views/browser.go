package views

import "strings"

// browserName makes a user agent readable: "Firefox on Linux". It is a help to
// recognise one's own browsers and nothing depends on it.
func browserName(agent string) string {
	name := firstNamed(agent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"},
		{"Safari/", "Safari"}, {"curl/", "curl"},
	}, "Unknown browser")
	system := firstNamed(agent, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}, "")
	if system == "" {
		return name
	}
	return name + " on " + system
}

func firstNamed(text string, marks [][2]string, otherwise string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return otherwise
}
