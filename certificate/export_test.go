package certificate

// Issue is issue, for the tests of what a certificate says.
var Issue = issue
