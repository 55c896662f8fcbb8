package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// readRoots adds the certificates in file to the system's. It returns an error
// unless everything in the file that looks like a certificate is one: a
// certificate that was dropped in silence would be missed much later.
func readRoots(file string) (*x509.CertPool, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	certificates, err := readCertificates(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for _, c := range certificates {
		roots.AddCert(c)
	}
	return roots, nil
}

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	pemBegin      = []byte("-----BEGIN ")
)

// readCertificates reads PEM, with whatever stands between the blocks.
func readCertificates(content []byte) ([]*x509.Certificate, error) {
	rest := bytes.TrimPrefix(content, byteOrderMark)
	blocks := bytes.Count(rest, pemBegin)
	var all []*x509.Certificate
	for number := 1; ; number++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("block %d is a %s, not a CERTIFICATE", number, block.Type)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", number, err)
		}
		all = append(all, certificate)
	}
	switch {
	case blocks == 0:
		return nil, fmt.Errorf("it contains no PEM certificate")
	case len(all) < blocks:
		return nil, fmt.Errorf("it has %d blocks, but only %d of them can be read", blocks, len(all))
	}
	return all, nil
}
