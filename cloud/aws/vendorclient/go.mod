module mooring/vendorclient

go 1.26.0

require (
	github.com/aws/aws-sdk-go v1.55.5
	github.com/aws/rolesanywhere-credential-helper v1.4.0
	mooring v0.0.0
)

require (
	github.com/goccy/go-yaml v1.19.2 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/miekg/pkcs11 v1.1.1 // indirect
	github.com/stefanberger/go-pkcs11uri v0.0.0-20230803200340-78284954bff6 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
	mvdan.cc/sh/v3 v3.14.1 // indirect
)

replace mooring => ../../..

// Mooring's own module needs a version of go-tpm that no longer has what the helper
// uses. Nothing that is tested here uses either.
replace github.com/google/go-tpm => github.com/google/go-tpm v0.3.3
