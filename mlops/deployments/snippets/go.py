"""Go with its standard library."""

from __future__ import annotations

from typing import Any

from mlops.deployments.snippets.literals import compact, double_quoted


def program(uri: str, body: Any) -> str:
    return f"""package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {{
	body := {double_quoted(compact(body))}
	request, err := http.NewRequest("POST", {double_quoted(uri)}, strings.NewReader(body))
	if err != nil {{
		panic(err)
	}}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("ENDPOINT_KEY"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {{
		panic(err)
	}}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {{
		panic(err)
	}}
	if answer.StatusCode >= 300 {{
		panic(fmt.Sprintf("%d: %s", answer.StatusCode, text))
	}}
	fmt.Println(string(text))
}}
"""
