"""Ways to run the tasks of a build: in processes, Beam pipelines or an array of jobs."""
