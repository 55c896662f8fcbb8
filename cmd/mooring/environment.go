package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	variablePrefix = "MOORING_"
	testPrefix     = "MOORING_TEST_" // of variables that tests use
)

// otherVariables are not settings of the program. Documents and tests use them.
var otherVariables = []string{"MOORING_KEY", "MOORING_E2E", "MOORING_E2E_SHOTS", "MOORING_FIREFOX", "MOORING_PROXIES", walkthroughPassword}

// knownVariables are those of every command, so that one environment can serve all.
func (c *cli) knownVariables() []string {
	known := map[string]bool{}
	for _, name := range otherVariables {
		known[name] = true
	}
	serving, trying := c.settings("serve", ""), c.settings("demo", "")
	serving.serveFlags(&serveSettings{})
	trying.demoFlags(&demoSettings{})
	for _, s := range []*settings{serving, trying} {
		for _, variable := range s.env {
			known[variable] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// ofCluster are the variables that Kubernetes gives to every container for a Service
// called mooring or mooring-something.
var (
	ofCluster     = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)
	clusterValues = regexp.MustCompile(`^(tcp|udp|sctp)://`)
)

// unknownVariables says, a line for each, which variables look like settings and are
// none. It never repeats a value, which may be a secret.
func (c *cli) unknownVariables(args []string) []string {
	var lines []string
	known := c.knownVariables()
	named := strings.Join(args, " ") + " " + c.getenv("MOORING_SIGN_IN") // client-secret-env= names a variable
	for _, entry := range c.environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || strings.HasPrefix(name, testPrefix) || slices.Contains(known, name) || strings.Contains(named, name) ||
			strings.HasPrefix(name, walkthroughPassword+"_") ||
			ofCluster.MatchString(name) || strings.HasSuffix(name, "_PORT") && clusterValues.MatchString(value) {
			continue
		}
		line := "the environment variable " + name + " is not a Mooring setting and has no effect"
		if nearest := nearestTo(name, known); nearest != "" {
			line += "; did you mean " + nearest + "?"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// nearestTo is the known name that somebody may have meant, or "".
func nearestTo(name string, known []string) string {
	best, found := 0, ""
	wanted := strings.TrimPrefix(name, variablePrefix)
	for _, k := range known {
		if slices.Contains(otherVariables, k) {
			continue
		}
		setting := strings.TrimPrefix(k, variablePrefix)
		apart := distance(wanted, setting)
		near := apart <= max(1, len(wanted)/3) || len(wanted) > 2 && (strings.Contains(setting, wanted) || strings.Contains(wanted, setting))
		if near && (found == "" || apart < best) {
			best, found = apart, k
		}
	}
	return found
}

// distance is how many characters have to be put in, taken out or changed to make one
// word of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// warnOfVariables writes what unknownVariables found, for commands without a log.
func (c *cli) warnOfVariables(command string) {
	for _, line := range c.unknown {
		fmt.Fprintf(c.stderr, "mooring %s: %s\n", command, line)
	}
}
