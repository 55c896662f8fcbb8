module mooring/digitaloceanvendorclient

go 1.26.0

require (
	github.com/digitalocean/godo v1.240.0
	golang.org/x/oauth2 v0.37.0
	mooring v0.0.0
)

require (
	github.com/google/go-querystring v1.1.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.7 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
	golang.org/x/time v0.16.0 // indirect
	mvdan.cc/sh/v3 v3.14.1 // indirect
)

replace mooring => ../../..
