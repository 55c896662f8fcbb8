package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestCAFilesAreReadWholeOrNotAtAll(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)},
		&x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	const mark = "\ufeff"
	for name, test := range map[string]struct {
		content string
		want    int    // certificates
		says    string // of the error; "" if there is none
	}{
		"one":                       {block, 1, ""},
		"two with words in between": {"# Harbor CA\n" + block + "\n# Pier CA\n" + block, 2, ""},
		"a byte-order mark":         {mark + block + block, 2, ""},
		"lines of Windows":          {strings.ReplaceAll(block+block, "\n", "\r\n"), 2, ""},
		"a broken first block":      {strings.Replace(block, "M", "*", 5) + block, 0, "only 1 of them can be read"},
		"a block that was cut off":  {block + block[:len(block)/2], 0, "only 1 of them can be read"},
		"a block of rubbish":        {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("rubbish")})), 0, "block 1: x509"},
		"a private key":             {block + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no")})), 0, "block 2 is a PRIVATE KEY"},
		"DER":                       {string(der), 0, "no PEM certificate"},
		"nothing":                   {"", 0, "no PEM certificate"},
	} {
		got, err := readCertificates([]byte(test.content))
		if len(got) != test.want || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %d certificates, %v", name, len(got), err)
		}
	}
}
