"""The tables that analysts see: records of the studio, collected rows, datasets; each as the person may see it."""
