// Package browser drives a real browser through the real program, for the tests
// below e2e. Whatever goes wrong in a tab without anybody looking fails its
// test.
package browser

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// scratch holds the program and the browser's profile while the tests run.
var scratch string

// Main runs the tests of a package and ends the program. More of them run at
// once than there are processors: most of them wait most of the time.
func Main(m *testing.M) {
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))) // -parallel counts for more
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "mooring-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	defer func() { stopChromium() }() // which changes when it starts
	return m.Run()
}
